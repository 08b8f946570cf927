//! The SQL that all databases share. Every name is quoted and every value bound.

use std::fmt::Write;

use chrono::{Days, NaiveDate};

use super::{
    Act, Change, Column, ColumnKind, Dates, Fault, Form, Inside, Select, SourceError, Table, Value,
    conditions::{all_of, either, list, never, start_of},
    connector::missing,
};

/// Where databases differ.
pub(super) trait Dialect {
    /// Key of the source, for errors.
    fn key(&self) -> &str;
    /// A name, quoted.
    fn quoted(&self, name: &str) -> String {
        quoted(name)
    }
    /// The table, quoted.
    fn table(&self, table: &Table) -> String;
    /// The expression that reads a column.
    fn read(&self, column: &Column) -> String;
    /// The expression by whose values rows are grouped: letter case counts.
    fn group(&self, column: &Column) -> String;
    /// The condition that a column holds exactly a value; two empty ones are the same.
    fn guard(&self, position: usize, column: &Column) -> String;
    /// The placeholder of one value of a column's type.
    fn one(&self, position: usize, column: &Column) -> String;
    /// The condition's right side that a column's value is in a list, which is bound as one.
    fn list(&self, position: usize, column: &Column) -> String;
    /// The condition that one of a list of values is at a place inside of a column; more rows may meet it.
    fn holds(&self, position: usize, column: &Column, inside: &Inside, any_case: bool) -> String;
    /// The column, compared with small letters so that its own case makes no difference.
    fn any_case(&self, column: &Column) -> String;

    /// The ways in which a column may hold a key that another one writes like this.
    fn forms(&self, column: &Column, value: &Value) -> Vec<Value> {
        column.forms_of(value)
    }

    /// The condition that a column holds one of some values of another column, which may be none of its own type.
    fn is_linked(&self, bound: (usize, usize), column: &Column, any_case: bool) -> String {
        self.is_among(bound, column, any_case)
    }

    /// The condition that a column holds one of some values: a single one is bound as such, several as one list.
    fn is_among(
        &self,
        (position, count): (usize, usize),
        column: &Column,
        any_case: bool,
    ) -> String {
        let name = if any_case {
            self.any_case(column)
        } else {
            self.quoted(&column.name)
        };
        if count == 1 {
            // An equation lets an index give the rows in the order of their keys.
            format!("{name} = {}", self.one(position, column))
        } else {
            format!("{name} {}", self.list(position, column))
        }
    }

    /// The same, compared as the source does where it enforces a reference.
    fn is_among_as_source(&self, bound: (usize, usize), column: &Column, any_case: bool) -> String {
        self.is_linked(bound, column, any_case)
    }

    /// The question what each text of a list in JSON weighs by the collation of a column, where that can be asked.
    fn weighs(&self, _position: usize, _column: &Column) -> Option<String> {
        None
    }

    /// The condition that some columns hold one of some rows of values, each of them in brackets.
    fn is_row_among(&self, columns: &str, rows: &[String]) -> String {
        format!("{columns} IN (VALUES {})", rows.join(", "))
    }

    /// The condition that some columns come after some values; with their placeholders.
    fn is_after(&self, columns: &[String], values: &[String]) -> String {
        format!("({}) > ({})", columns.join(", "), values.join(", "))
    }

    /// The condition that a column which may hold days as text or as seconds holds the latter in a row; `None` where its type
    /// says which of them it holds.
    fn keeps_days_as_numbers(&self, _column: &Column) -> Option<String> {
        None
    }

    /// The number of rows where it is known to be one, of the type of a count.
    fn single(&self) -> &'static str {
        "1"
    }

    /// A number of the type of a count.
    fn count(&self, number: usize) -> String {
        number.to_string()
    }

    /// Assignments that go with every change of a row, so that nothing but the change happens to it.
    fn kept(&self, _table: &Table, _set: &[(String, Value)]) -> Vec<String> {
        Vec::new()
    }
}

/// Few statements are longer, in bytes.
const USUAL_LENGTH: usize = 256;

/// What is bound to one placeholder.
#[derive(Debug)]
pub(super) enum Param {
    One(Value),
    List(Vec<Value>),
}

/// A statement ready to run.
pub(super) struct Statement {
    pub text: String,
    pub params: Vec<Param>,
}

/// A name in double quotes, which both standard and databases read as a name whatever is in it.
pub(super) fn quoted(name: &str) -> String {
    if name.contains('"') {
        return format!("\"{}\"", name.replace('"', "\"\""));
    }
    ["\"", name, "\""].concat()
}

/// The statement of a `Select`.
pub(super) fn select(dialect: &dyn Dialect, select: &Select<'_>) -> Result<Statement, SourceError> {
    let mut builder = Builder::new(dialect, select.table);
    let columns = builder.columns(select.columns)?;
    let counted = matches!(select.form, Form::Groups);
    // Where a value names one row, there is nothing to group, and the database need not sort.
    let names_one = |it: &&Column| it.inside.is_none() && select.table.is_unique(&it.name);
    let grouped = counted && !columns.is_empty() && !columns.iter().any(names_one);
    let count = match () {
        () if grouped || columns.is_empty() => Some("COUNT(*)"),
        () if counted => Some(dialect.single()),
        () => None,
    };
    let mut text = String::with_capacity(USUAL_LENGTH);
    let outputs = columns.iter().map(|it| dialect.read(it));
    list(&mut text, "SELECT", outputs.chain(count.map(str::to_owned)));
    text.push_str(" FROM ");
    text.push_str(&dialect.table(select.table));
    for (at, condition) in builder.filter(select)?.iter().enumerate() {
        text.push_str(if at == 0 { " WHERE " } else { " AND " });
        text.push_str(condition);
    }
    if grouped {
        let groups = columns.iter().map(|it| dialect.group(it));
        list(&mut text, " GROUP BY", groups);
    }
    if matches!(select.form, Form::Sorted | Form::Page { .. }) {
        let key = select.table.row_key.iter();
        list(&mut text, " ORDER BY", key.map(|it| dialect.quoted(it)));
    }
    if let Form::Page { limit, .. } | Form::First(limit) = select.form {
        let _ = write!(text, " LIMIT {limit}");
    }
    Ok(builder.finish(text))
}

/// The statement of a `Change`.
pub(super) fn change(dialect: &dyn Dialect, change: &Change<'_>) -> Result<Statement, SourceError> {
    let mut builder = Builder::new(dialect, change.table);
    let table = dialect.table(change.table);
    let start = match change.act {
        Act::Delete => format!("DELETE FROM {table}"),
        Act::Set(values) => {
            let mut sets = Vec::with_capacity(values.len());
            for (name, value) in values {
                let column = builder.column(name)?;
                sets.push(format!(
                    "{} = {}",
                    dialect.quoted(&column.name),
                    builder.one(column, value)
                ));
            }
            sets.extend(dialect.kept(change.table, values));
            format!("UPDATE {table} SET {}", sets.join(", "))
        }
    };
    let key = builder.row_key()?;
    let mut conditions = Vec::with_capacity(key.len() + change.expect.len());
    for (column, value) in key.into_iter().zip(change.key) {
        conditions.push(format!(
            "{} = {}",
            dialect.quoted(&column.name),
            builder.one(column, value)
        ));
    }
    for (name, value) in change.expect {
        let column = builder.column(name)?;
        // As it was read, not in the form in which a key would be looked for.
        builder.params.push(Param::One(value.clone()));
        conditions.push(dialect.guard(builder.params.len(), column));
    }
    Ok(builder.finish(format!("{start} WHERE {}", all_of(&conditions))))
}

/// The condition that the row key of a table is one of some, with what is bound to it.
pub(super) fn keyed(
    dialect: &dyn Dialect,
    table: &Table,
    keys: &[Vec<Value>],
) -> Result<Statement, SourceError> {
    let mut builder = Builder::new(dialect, table);
    let condition = builder.keys(keys)?;
    Ok(builder.finish(condition))
}

pub(super) struct Builder<'a> {
    pub dialect: &'a dyn Dialect,
    table: &'a Table,
    params: Vec<Param>,
}

impl<'a> Builder<'a> {
    const fn new(dialect: &'a dyn Dialect, table: &'a Table) -> Self {
        Self {
            dialect,
            table,
            params: Vec::new(),
        }
    }

    fn finish(self, text: String) -> Statement {
        Statement {
            text,
            params: self.params,
        }
    }

    pub fn column(&self, name: &str) -> Result<&'a Column, SourceError> {
        let column = self.table.column(name);
        column.ok_or_else(|| missing(self.dialect.key(), self.table, name))
    }

    pub fn columns(&self, names: &[String]) -> Result<Vec<&'a Column>, SourceError> {
        names.iter().map(|name| self.column(name)).collect()
    }

    fn row_key(&self) -> Result<Vec<&'a Column>, SourceError> {
        if self.table.row_key.is_empty() {
            let fault = Fault::Missing(format!("primary key of `{}`", self.table.name.name));
            return Err(SourceError::new(self.dialect.key(), fault));
        }
        self.columns(&self.table.row_key)
    }

    /// Binds one value in the column's form and gives its placeholder.
    fn one(&mut self, column: &Column, value: &Value) -> String {
        self.bind(column, value);
        self.dialect.one(self.params.len(), column)
    }

    fn bind(&mut self, column: &Column, value: &Value) {
        let form = column.form_of(value);
        let bound = form.unwrap_or_else(|| value.clone());
        self.params.push(Param::One(bound));
    }

    /// The condition that a column holds one of some keys.
    fn one_of(&mut self, column: &Column, values: &[Value]) -> String {
        let bound = self.bind_forms(column, values);
        bound.map_or_else(never, |it| self.dialect.is_among(it, column, false))
    }

    pub fn is_one_of(
        &mut self,
        column: &Column,
        values: &[Value],
        (any_case, as_source): (bool, bool),
    ) -> String {
        if let Some(inside) = &column.inside {
            let forms = values.iter().flat_map(|it| column.forms_of(it));
            self.params.push(Param::List(forms.collect()));
            let position = self.params.len();
            return self.dialect.holds(position, column, inside, any_case);
        }
        let bound = self.bind_forms(column, values);
        match bound {
            None => never(),
            Some(it) if as_source => self.dialect.is_among_as_source(it, column, any_case),
            Some(it) => self.dialect.is_linked(it, column, any_case),
        }
    }

    /// Binds values as a column may hold them; gives the place and their number, unless it can hold none.
    fn bind_forms(&mut self, column: &Column, values: &[Value]) -> Option<(usize, usize)> {
        let dialect = self.dialect;
        let forms = values.iter().flat_map(|it| dialect.forms(column, it));
        let mut forms: Vec<_> = forms.collect();
        let count = forms.len();
        match count {
            0 => return None,
            1 => self.bind(column, &forms.remove(0)),
            _ => self.params.push(Param::List(forms)),
        }
        Some((self.params.len(), count))
    }

    fn filter(&mut self, select: &Select<'_>) -> Result<Vec<String>, SourceError> {
        let mut conditions = Vec::new();
        if let Some(any) = &select.filter.any {
            let mut ways = Vec::with_capacity(any.len());
            for way in any.iter().filter(|way| !way.values.is_empty()) {
                ways.push(self.way(way)?);
            }
            conditions.push(if ways.is_empty() {
                never()
            } else {
                either(&ways)
            });
        }
        if let Some(keys) = &select.filter.keys {
            conditions.push(self.keys(keys)?);
        }
        if let Some((name, dates)) = &select.filter.period {
            let column = self.column(name)?;
            conditions.extend(self.period(column, *dates));
        }
        if let Form::Page { after, .. } = select.form {
            let key = self.row_key()?;
            if let Some(after) = after {
                conditions.push(self.after(&key, after));
            }
        }
        Ok(conditions)
    }

    fn keys(&mut self, keys: &[Vec<Value>]) -> Result<String, SourceError> {
        let columns = self.row_key()?;
        if let [column] = columns[..] {
            let values: Vec<_> = keys.iter().filter_map(|key| key.first().cloned()).collect();
            return Ok(self.one_of(column, &values));
        }
        if keys.is_empty() {
            return Ok(never());
        }
        let mut rows = Vec::with_capacity(keys.len());
        for key in keys {
            rows.push(format!("({})", self.placeholders(&columns, key).join(", ")));
        }
        let names = format!("({})", self.names(&columns).join(", "));
        Ok(self.dialect.is_row_among(&names, &rows))
    }

    fn placeholders(&mut self, columns: &[&Column], values: &[Value]) -> Vec<String> {
        let both = columns.iter().zip(values);
        both.map(|(column, value)| self.one(column, value))
            .collect()
    }

    fn names(&self, columns: &[&Column]) -> Vec<String> {
        let names = columns.iter();
        names.map(|it| self.dialect.quoted(&it.name)).collect()
    }

    fn after(&mut self, columns: &[&Column], key: &[Value]) -> String {
        let values = self.placeholders(columns, key);
        self.dialect.is_after(&self.names(columns), &values)
    }

    fn period(&mut self, column: &Column, dates: Dates) -> Option<String> {
        let next = |day: NaiveDate| day.checked_add_days(Days::new(1));
        let name = self.dialect.quoted(&column.name);
        let mut parts = Vec::with_capacity(2);
        if let Some(day) = dates.from {
            parts.push(self.compared(column, ">=", day));
        }
        if let Some(day) = dates.to.and_then(next) {
            parts.push(self.compared(column, "<", day));
        }
        (!parts.is_empty()).then(|| format!("({name} IS NULL OR ({}))", parts.join(" AND ")))
    }

    /// The condition that what a column holds comes after or before a day.
    fn compared(&mut self, column: &Column, operator: &str, day: NaiveDate) -> String {
        let name = self.dialect.quoted(&column.name);
        let plain = self.one(column, &start_of(day, column.kind));
        let Some(is_number) = self.dialect.keeps_days_as_numbers(column) else {
            return format!("{name} {operator} {plain}");
        };
        let seconds = start_of(day, ColumnKind::Integer);
        self.params.push(Param::One(seconds));
        let seconds = self.dialect.one(self.params.len(), column);
        format!("{name} {operator} CASE WHEN {is_number} THEN {seconds} ELSE {plain} END")
    }
}
