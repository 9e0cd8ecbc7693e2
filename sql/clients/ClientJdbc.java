// JDBC: parameters are bound as varchar; after the first execution statements are prepared on the
// server, and what the driver can is moved in binary.

import java.sql.*;
import java.util.*;

public class ClientJdbc {
	static boolean failed = false;

	static void check(Object got, Object wanted, String name) {
		boolean same = Objects.equals(got, wanted);
		failed |= !same;
		System.out.println(same ? "ok - JDBC: " + name
			: "not ok - JDBC: " + name + ": " + got + " instead of " + wanted);
	}

	static List<String> rows(Connection connection, String sql, Object... parameters) throws SQLException {
		List<String> found = new ArrayList<>();
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			for (int i = 0; i < parameters.length; i++) {
				if (parameters[i] instanceof String[] array)
					statement.setArray(i + 1, connection.createArrayOf("text", array));
				else if (parameters[i] instanceof Integer number)
					statement.setInt(i + 1, number);
				else
					statement.setString(i + 1, (String) parameters[i]);
			}
			// three times, so that both the unprepared and the prepared form are seen
			for (int run = 0; run < (sql.startsWith("SELECT") ? 3 : 1); run++) {
				found.clear();
				if (statement.execute())
					for (ResultSet r = statement.getResultSet(); r.next(); )
						found.add(r.getString(1));
			}
		}
		return found;
	}

	static void filters(Connection connection, String relation, int a, int b, int c) throws SQLException {
		Object[][] shapes = {
			{"= parameter", "tier = ?", a, "A"},
			{"<> parameter", "tier <> ?", b + c, "A"},
			{"range", "tier >= ? AND tier < ?", b, "B", "C"},
			{"BETWEEN", "tier BETWEEN ? AND ?", a + b, "A", "B"},
			{"IN", "tier IN (?, ?)", a + c, "A", "C"},
			{"ANY(array)", "tier = ANY(?)", a + c, new String[] {"A", "C"}},
			{"LIKE", "tier LIKE ?", a, "A%"},
		};

		for (Object[] shape : shapes)
			check(rows(connection, "SELECT count(*) FROM " + relation + " WHERE " + shape[1],
				Arrays.copyOfRange(shape, 3, shape.length)),
				List.of(shape[2].toString()), shape[0] + " on " + relation);
	}

	static void metadata(Connection connection) throws SQLException {
		Map<String, String> types = new TreeMap<>();
		int without = 0;

		try (ResultSet r = connection.getMetaData().getColumns(null, "shop", "model", null)) {
			while (r.next()) {
				types.put(r.getString("COLUMN_NAME"), JDBCType.valueOf(r.getInt("DATA_TYPE")).getName());
				if (r.getString("REMARKS") == null)
					without++;
			}
		}
		check(types.get("tier") + types.get("tier_rank") + types.get("value") + types.get("value_share")
			+ types.get("tier_since") + types.get("as_of"), "VARCHARSMALLINTNUMERICDOUBLEDATEDATE", "types of the view's columns");
		check(types.containsValue("OTHER") || types.containsValue("ARRAY"), false, "no type that a tool does not know");
		check(without, 0, "every column of the view is explained");
	}

	public static void main(String[] args) throws SQLException {
		Properties login = new Properties();
		login.setProperty("user", System.getenv("PGUSER"));
		login.setProperty("password", System.getenv("PGPASSWORD"));
		login.setProperty("prepareThreshold", "2");

		String url = "jdbc:postgresql://" + System.getenv("PGHOSTADDR") + ":" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE");
		try (Connection connection = DriverManager.getConnection(url, login)) {
			filters(connection, "customers", 10, 7, 3);
			filters(connection, "model", 3, 7, 10);
			check(rows(connection, "SELECT tier FROM customers GROUP BY tier ORDER BY tier"), List.of("A", "B", "C"),
				"tiers arrive as text, best first");
			check(rows(connection, "SELECT tier FROM (SELECT id, abc_classify(revenue, ?) OVER () AS tier FROM customers) AS t WHERE id = 4",
				"count 15/50"), List.of("B"), "a scheme is bound as text");
			check(rows(connection, "SELECT id FROM model WHERE tier_name = ? ORDER BY id", "铂金"), List.of("1", "2", "3"),
				"names of tiers beyond ASCII");
			rows(connection, "INSERT INTO customers (id, name, tier) VALUES (?, ?, ?)", 100, "new", "B");
			rows(connection, "UPDATE customers SET tier = ? WHERE id = 100", "C");
			check(rows(connection, "DELETE FROM customers WHERE id = 100 RETURNING tier"), List.of("C"), "insert, update, delete");
			metadata(connection);
		}
		System.exit(failed ? 1 : 0);
	}
}
