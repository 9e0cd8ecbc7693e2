select as_of, tier_name, customers::int as customers, value::float8 as value, value_share, moved_in::int as moved_in, moved_out::int as moved_out
from logistics.standard_trend
where tier is not null
