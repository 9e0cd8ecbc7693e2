select customer_id, name, industry, region, tier, tier_rank, tier_name, value::float8 as value, lifecycle, next_tier,
  gap_to_next::float8 as gap_to_next, tier_since::date::text as tier_since, previous_tier, account_manager, as_of::text as as_of
from logistics.standard
