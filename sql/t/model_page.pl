# The page and the chart as they are drawn: well-formed, every text inside of the picture and no two over each
# other, whatever the number of customers and the names of tiers.  Where there is a Chromium, the page is
# printed and laid out for a telephone as well.

use strict;
use warnings;
use utf8;

use Encode;
use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = AbcTier::new_node('model_page');
my $dir = PostgreSQL::Test::Utils::tempdir();

$node->safe_psql('template1', q{CREATE DATABASE pages ENCODING UTF8 LOCALE 'C' TEMPLATE template0});
$node->safe_psql('pages', 'CREATE EXTENSION abc_tier');

sub ask { return decode('UTF-8', $node->safe_psql('pages', encode('UTF-8', $_[0]))); }

# A model of so many customers, refreshed on the first days of so many months; returns its name.
sub model
{
	my ($name, $customers, $scheme, $more, $months) = @_;
	my $value = "round((exp(8 * abs(sin(i * 1.7))) * (1 + abs(cos(i + (abc_as_of() - date '2025-01-01') / 30.0))))::numeric, 2)";

	ask(qq{
		CREATE VIEW facts_$name AS
		SELECT i AS id, '上海远航医药物流有限公司 ' || i AS name, (ARRAY['医药', '电子', '纺织 & <b>'])[1 + i % 3] AS industry,
			(ARRAY['华东', '华南', '华北', '西部'])[1 + i % 4] AS region, CASE WHEN i % 50 <> 0 THEN $value END AS revenue,
			date '2024-01-01' AS first_day, CASE i % 11 WHEN 0 THEN date '2025-01-01' WHEN 1 THEN date '2025-10-15' ELSE abc_as_of() - 5 END AS last_day, 20 AS orders
		FROM generate_series(1, $customers) AS i;
		SELECT abc_create_model('$name', 'facts_$name', 'id', 'revenue', '$scheme', attributes => '{name,industry,region}',
			first_order => 'first_day', last_order => 'last_day', orders => 'orders', at_risk => '2 months', lost => '6 months' $more);
		SELECT abc_refresh('$name', d::date) FROM generate_series(0, $months - 1) AS i
			CROSS JOIN LATERAL (SELECT timestamp '2026-01-01' - ($months - 1 - i) * interval '1 month') AS x (d);
	});
	return $name;
}

# The first thing that is wrong with a text as XML, or undef.
sub flaw
{
	my ($text) = @_;
	my @open;

	$text =~ s/^<!DOCTYPE html>\s*//;
	while ($text =~ /\G([^<]*)(?:<(\/?)([a-z0-9]+)((?:\s+[a-zA-Z:-]+="[^"<]*")*)\s*(\/?)>|\z)/gc)
	{
		my ($before, $closing, $name, $attributes, $empty) = ($1, $2, $3, $4, $5);

		return "a bare & in '$before$attributes'" if ($before . ($attributes // '')) =~ /&(?!(?:amp|lt|gt|quot|#\d+);)/;
		last unless defined $name;
		if ($closing) { return "</$name> closes <" . ($open[-1] // '') . '>' unless @open && pop @open eq $name; }
		elsif (!$empty) { push @open, $name; }
	}
	return 'not a tag: ' . substr($text, pos($text) // 0, 40) if (pos($text) // 0) < length $text;
	return @open ? "<$open[-1]> is never closed" : undef;
}

# Texts of a picture as boxes [left, right, top, bottom, text], by the widths of a common sans-serif.
sub boxes
{
	my ($svg) = @_;
	my @boxes;

	while ($svg =~ /<text x="([-\d.]+)" y="([-\d.]+)"([^>]*)>([^<]*)<\/text>/g)
	{
		my ($x, $y, $more, $says) = ($1, $2, $3, $4);
		my $size = $more =~ /font-size="(\d+)"/ ? $1 : 13;
		my $width = 0;

		$says =~ s/&[a-z#0-9]+;/x/g;
		$width += $_ =~ /[\x{2E80}-\x{FFFF}]/ ? 1 : $_ =~ /[ .,;:il]/ ? 0.3 : 0.57 foreach split //, $says;
		$width *= $size;
		my $left = $more =~ /"end"/ ? $x - $width : $more =~ /"middle"/ ? $x - $width / 2 : $x;
		push @boxes, [ $left, $left + $width, $y - 0.7 * $size, $y, $says ];
	}
	return @boxes;
}

sub drawn_well
{
	my ($svg, $name) = @_;
	my ($x, $y, $w, $h) = $svg =~ /viewBox="([-\d.]+) ([-\d.]+) ([\d.]+) ([\d.]+)"/;
	my @boxes = boxes($svg);
	my @outside = grep { $_->[0] < $x || $_->[1] > $x + $w || $_->[2] < $y || $_->[3] > $y + $h } @boxes;
	my @over;

	is(flaw($svg), undef, "$name: well-formed");
	cmp_ok(scalar(@boxes), '>', 5, "$name: has texts");
	is(join('|', map { $_->[4] } @outside), '', "$name: every text is inside of the picture");
	foreach my $i (0 .. $#boxes)
	{
		my $a = $boxes[$i];
		push @over, "$a->[4] and $_->[4]"
			foreach grep { $a->[0] < $_->[1] && $_->[0] < $a->[1] && $a->[2] < $_->[3] && $_->[2] < $a->[3] } @boxes[ $i + 1 .. $#boxes ];
	}
	is(join('|', @over), '', "$name: no text lies over another");
}

my $metals = 'share 铂金 50 / 黄金 80 / 铁质 95 / 铅质';
my $many = 'count ' . join(' / ', map { "\"第${_}级客户，名字很长很长\" " . 4 * $_ } 1 .. 24) . ' / 其余';
my @models = (
	model('ten', 10, '80/95', '', 13),
	model('metal', 300, $metals, q{, language => 'zh'}, 13),
	model('many', 500, $many, q{, language => 'zh'}, 3),
	model('scored', 2000, 'count platinum 5 / gold 20 / iron 60 / lead', q{, metrics => ARRAY[abc_metric('revenue', 60, 'rank'), abc_metric('orders', 40, 'rank')]}, 3),
	model('parts', 400, $metals, q{, partition_by => '{region}'}, 3),
	model('big', $ENV{ABC_PAGE_CUSTOMERS} // 20000, '80/95', '', 2));

foreach my $model (@models)
{
	my $page = ask("SELECT abc_report_html('$model', NULL, '元')");
	my @charts = $page =~ /(<svg.*?<\/svg>)/sg;

	drawn_well(ask("SELECT abc_pareto_svg('$model', NULL, '元')"), "chart of $model");
	is(flaw($page), undef, "page of $model: well-formed");
	is(scalar(@charts), 4, "page of $model: two charts for two widths");
	drawn_well($charts[$_], "page of $model, chart $_") foreach 0 .. $#charts;
	cmp_ok(length($page), '<', 150_000, "page of $model: no point per customer");
	append_to_file("$dir/$model.html", encode('UTF-8', $page));
}

# The texts do not keep the extension out of a database in another encoding; Chinese needs one that has it.
foreach my $encoding (qw(LATIN1 EUC_CN SQL_ASCII))
{
	my $database = lc $encoding;

	$node->safe_psql('postgres', "CREATE DATABASE $database ENCODING '$encoding' LOCALE 'C' TEMPLATE template0");
	$node->safe_psql($database, q{CREATE EXTENSION abc_tier; CREATE TABLE facts AS SELECT i AS id, 1000 / i AS v FROM generate_series(1, 9) AS i;
		SELECT abc_create_model('m', 'facts', 'id', 'v', refresh => true)});
	is($node->safe_psql($database, q{SELECT abc_report_html('m') LIKE '<!DOCTYPE%'}), 't', "a page in a database in $encoding");
	if ($encoding eq 'EUC_CN')
	{
		is(decode('UTF-8', $node->safe_psql($database, q{SET client_encoding = 'UTF8'; SELECT abc_alter_model('m', language => 'zh', refresh => true);
			SELECT string_agg(DISTINCT lifecycle_name, ',') FROM m})), "m\n活跃客户", "Chinese in $encoding");
	}
	else
	{
		my ($code, $out, $err) = $node->psql($database, q{SELECT abc_alter_model('m', language => 'zh')});
		like($err, qr/this database cannot hold Chinese texts: its encoding is $encoding\nHINT: .*createdb --encoding UTF8/, "no Chinese in $encoding");
	}
}

# What a browser makes of it.
my ($chromium) = grep { -x $_ } map { ("$_/chromium", "$_/chromium-browser", "$_/google-chrome") } split /:/, $ENV{PATH};

sub browse
{
	my @arguments = @_;
	my ($out, $err);

	IPC::Run::run [ $chromium, qw(--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
			--disable-component-update --disable-sync), '--user-data-dir=' . PostgreSQL::Test::Utils::tempdir(), @arguments ],
		'>', \$out, '2>', \$err, IPC::Run::timeout(120);
	return $out;
}

SKIP:
{
	skip 'no Chromium is here to print the pages', 1 unless $chromium;
	foreach my $model (@models)
	{
		my $pdf = "$dir/$model.pdf";
		my $file = "$dir/$model.html";

		browse("--print-to-pdf=$pdf", '--no-pdf-header-footer', "file://$file");
		my $pages = () = slurp_file($pdf) =~ /\/Type\s*\/Page\b(?!s)/g;
		cmp_ok($pages, '>', 0, "page of $model: is printed");
		cmp_ok($pages, '<=', 4, "page of $model: on at most four pages of A4");

		my $measured = slurp_file($file) =~ s/<\/body>/<script>document.title = document.documentElement.scrollWidth - innerWidth<\/script><\/body>/r;
		append_to_file("$dir/$model.narrow.html", $measured);
		my ($over) = browse('--window-size=500,900', '--dump-dom', "file://$dir/$model.narrow.html") =~ /<title>(-?\d+)<\/title>/;
		cmp_ok($over // 'nothing', '<=', 0, "page of $model: is not wider than a telephone");
	}
}

$node->stop;
done_testing();
