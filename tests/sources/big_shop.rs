//! Keys of several columns of which the first is that of a shop: whoever buys there is not looked for among all who do.

use candor::{
    register::CollectionKey,
    sources::{Dates, Identities},
};

use super::{company::Company, database::Kind};

const CUSTOMERS: u32 = 1_500;

/// By references of the fields to the whole key, which is also how they are written where they go both ways.
fn manifest(direction: &str) -> String {
    let reference = |to: &str| format!("references: [{{dataset: shop, field: {to}{direction}}}]");
    format!(
        "
      - name: customers
        fields:
          - {{name: shop, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: number, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: email, data_categories: [user.contact.email], fides_meta: {{identity: email}}}}
      - name: orders
        fields:
          - {{name: shop, data_categories: [system.operations], fides_meta: {{primary_key: true, {}}}}}
          - {{name: number, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: customer, data_categories: [system.operations], fides_meta: {{{}}}}}
      - name: items
        fields:
          - {{name: shop, data_categories: [system.operations], fides_meta: {{primary_key: true, {}}}}}
          - {{name: order_number, data_categories: [system.operations], fides_meta: {{primary_key: true, {}}}}}
          - {{name: line, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: what, data_categories: [user.content]}}
",
        reference("customers.shop"),
        reference("customers.number"),
        reference("orders.shop"),
        reference("orders.number"),
    )
}

/// One shop in which everybody has three orders of four lines, and another with the same numbers.
fn sql(nullable: bool) -> String {
    let not_null = if nullable { "" } else { " NOT NULL" };
    let mut sql = format!(
        "CREATE TABLE customers (shop INTEGER, number INTEGER, email VARCHAR(60), PRIMARY KEY (shop, number));
         CREATE INDEX customers_email ON customers (email);
         CREATE TABLE orders (shop INTEGER NOT NULL, number INTEGER NOT NULL, customer INTEGER{not_null}, PRIMARY KEY (shop, number));
         CREATE INDEX orders_customer ON orders (shop, customer);
         CREATE TABLE items (shop INTEGER NOT NULL, order_number INTEGER NOT NULL, line INTEGER NOT NULL, what VARCHAR(9), PRIMARY KEY (shop, order_number, line));"
    );
    let mut insert = |table: &str, rows: &mut dyn Iterator<Item = String>| {
        let rows: Vec<_> = rows.collect();
        sql += &["INSERT INTO ", table, " VALUES ", &rows.join(", "), ";"].concat();
    };
    let in_both = |number: u32| [(1, number), (2, number)];
    let customers = (1..=CUSTOMERS).flat_map(in_both);
    insert(
        "customers",
        &mut customers
            .clone()
            .map(|(shop, number)| format!("({shop}, {number}, 'c{number}@{shop}.example.org')")),
    );
    let orders = customers.flat_map(|(shop, number)| {
        (0..3).map(move |order| (shop, number, 3 * (number - 1) + order + 1))
    });
    insert(
        "orders",
        &mut orders
            .clone()
            .map(|(shop, customer, number)| format!("({shop}, {number}, {customer})")),
    );
    let lines = orders.flat_map(|(shop, _, number)| (1..=4).map(move |line| (shop, number, line)));
    insert(
        "items",
        &mut lines.map(|(shop, number, line)| format!("({shop}, {number}, {line}, 'x')")),
    );
    sql
}

#[test]
fn whoever_bought_in_a_big_shop_is_shown_without_reading_what_others_bought_there() {
    let person = Identities::email("c700@1.example.org");
    for kind in Kind::all() {
        for (direction, nullable) in [
            (", direction: from", false),
            (", direction: from", true),
            ("", false),
        ] {
            let company = Company::on(
                kind,
                Company::register(&manifest(direction)),
                &[("shop", &sql(nullable))],
            );
            let said = format!("{kind:?}{direction} {nullable}");

            let counts = company.counts(&person);
            assert_eq!(counts["orders"], (3, 0), "{said}");
            assert_eq!(counts["items"], (12, 0), "{said}");
            let read = company.rows();
            assert!(read < 80, "{read} rows to count 16: {said}");

            let items = CollectionKey::new("shop", "items");
            let mut after = None;
            let mut seen = 0;
            loop {
                let before = company.rows();
                let page =
                    company
                        .sources
                        .page(&person, &items, after.as_deref(), 5, Dates::default());
                let page = page.unwrap();
                let read = company.rows() - before;
                assert!(read < 80, "{read} rows for a page of five: {said}");
                seen += page.records.len();
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, 12, "{said}");
        }
    }
}

#[test]
fn an_order_that_names_no_customer_is_nobodys_and_costs_no_more() {
    for kind in Kind::all() {
        let lost = "INSERT INTO orders VALUES (1, 90000, NULL), (1, 90001, NULL);";
        let sql = [&*sql(true), lost].concat();
        let register = Company::register(&manifest(", direction: from"));
        let company = Company::on(kind, register, &[("shop", &sql)]);

        let counts = company.counts(&Identities::email("c700@1.example.org"));

        assert_eq!(counts["orders"].0, 3, "{kind:?}");
        assert_eq!(counts["items"].0, 12, "{kind:?}");
    }
}

#[test]
fn a_letter_is_found_by_whoever_of_two_its_columns_name() {
    const LETTERS: &str = "
      - name: customers
        fields:
          - {name: shop, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: number, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: letters
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: sender, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: customers.number, direction: from}]}}
          - {name: receiver, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: customers.number, direction: from}]}}
          - {name: shop, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: customers.shop, direction: from}]}}
          - {name: body, data_categories: [user.content]}
";
    let sql = "CREATE TABLE customers (shop INTEGER, number INTEGER, email VARCHAR(60), PRIMARY KEY (shop, number));
               INSERT INTO customers VALUES (1, 1, 'ada@example.org'), (1, 2, 'eve@example.org'), (1, 3, 'joe@example.org'), (2, 1, 'eve@example.org');
               CREATE TABLE letters (id INTEGER PRIMARY KEY, sender INTEGER NOT NULL, receiver INTEGER NOT NULL, shop INTEGER NOT NULL, body VARCHAR(9));
               INSERT INTO letters VALUES (1, 1, 1, 1, 'own'), (2, 1, 2, 1, 'to Eve'), (3, 2, 1, 1, 'from Eve'), (4, 2, 3, 1, 'no'), (5, 1, 1, 2, 'no');";
    for kind in Kind::all() {
        let company = Company::on(kind, Company::register(LETTERS), &[("shop", sql)]);

        let ada = company.counts(&Identities::email("ada@example.org"));

        assert_eq!(ada["letters"], (1, 2), "{kind:?}");
    }
}
