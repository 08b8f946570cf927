//! A writing transaction in MariaDB or MySQL.
//!
//! These databases look at foreign keys row by row, never at the commit. Plans take rows before those that they point
//! at, but in a circle there is no such order. A row that others still point at is therefore deleted without that look,
//! and before the commit we look ourselves that nothing points at it any more.

use std::{collections::BTreeSet, ops::ControlFlow, sync::Arc, time::Duration};

use super::{
    Act, Change, EachRow, Fault, Filter, Form, Rule, Schema, Select, Source, SourceError, Table,
    Transaction, Value,
    connector::missing,
    mariadb::MariaDb,
    mariadb_link::Link,
    mariadb_schema,
    mariadb_sql::quoted,
    pool::Pooled,
    sql::{self, Dialect, Param, Statement},
};

/// Whether a table takes back what a transaction has not committed, and forgets what was deleted.
const NATURE: &str = "
SELECT COALESCE(e.TRANSACTIONS, 'YES') = 'YES', t.TABLE_TYPE = 'SYSTEM VERSIONED'
FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_NAME = \0t1\0";

/// Without a limit on how long statements take: only clients of readers wait, row by row.
const UNLIMITED: &str = "SET SESSION foreign_key_checks = 1 /*M!100100 , max_statement_time = 0 */ /*!50708 , max_execution_time = 0 */";

pub(super) struct Writing<'a> {
    source: &'a MariaDb,
    link: Pooled<'a, Link>,
    wait: Duration,
    is_open: bool,
    /// Tables that were looked at.
    known: BTreeSet<String>,
    schema: Option<Arc<Schema>>,
    /// Reads that must find nothing before the commit.
    owed: Vec<Statement>,
}

impl<'a> Writing<'a> {
    /// Begins; locks and statements are given up in time by the server as well, in whole seconds.
    pub fn start(link: &Link, wait: Duration) -> Result<(), Fault> {
        let (seconds, millis) = (wait.as_secs().max(1), wait.as_millis());
        // What a user may do in a database is looked up when it is chosen, and may be more by now.
        let text = format!(
            "USE {};
             SET SESSION innodb_lock_wait_timeout = {seconds}, lock_wait_timeout = {seconds}
                 /*M!100100 , max_statement_time = {seconds} */ /*!50708 , max_execution_time = {millis} */;
             START TRANSACTION READ WRITE",
            link.database()
        );
        link.run(&text, wait)
    }

    pub const fn new(source: &'a MariaDb, link: Pooled<'a, Link>, wait: Duration) -> Self {
        Self {
            source,
            link,
            wait,
            is_open: true,
            known: BTreeSet::new(),
            schema: None,
            owed: Vec::new(),
        }
    }

    /// Reads in the transaction.
    fn read(
        &mut self,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let answer = self.source.hand_over(&self.link, select, wait, each)?;
        answer.map_err(|fault| self.source.error(fault))
    }

    /// Reads few rows into memory.
    fn rows(&mut self, select: &Select<'_>) -> Result<Vec<Vec<Value>>, SourceError> {
        let mut rows = Vec::new();
        self.read(select, self.wait, &mut |row| {
            rows.push(row);
            ControlFlow::Continue(())
        })?;
        Ok(rows)
    }

    fn execute(&self, statement: &Statement) -> Result<usize, SourceError> {
        let met = self.link.execute(statement, self.wait);
        met.map_err(|fault| self.source.error(fault))
    }

    fn run(&self, text: &str) -> Result<(), SourceError> {
        let run = self.link.run(text, self.wait);
        run.map_err(|fault| self.source.error(fault))
    }

    /// The cells of the first row that a statement finds, as whole numbers.
    fn first(&self, statement: &Statement) -> Result<Option<Vec<i64>>, SourceError> {
        let mut first = None;
        let mut note = |row: mysql_async::Row| {
            let cells = (0..row.len()).map(|at| row.get_opt::<i64, _>(at));
            let cells = cells.map(|it| it.and_then(Result::ok).unwrap_or_default());
            first.get_or_insert_with(|| cells.collect());
            Ok(ControlFlow::Continue(()))
        };
        let read = self.link.query(statement, self.wait, &mut note);
        read.map_err(|fault| self.source.error(fault))?;
        Ok(first)
    }

    /// Refuses to write where nothing could be taken back, and where what is deleted would stay as history.
    fn look_at(&mut self, table: &Table) -> Result<(), SourceError> {
        let name = &table.name.name;
        if self.known.contains(name) {
            return Ok(());
        }
        let nature = self.first(&Statement {
            text: NATURE.to_owned(),
            params: vec![Param::One(Value::Text(name.clone()))],
        })?;
        let rule = match nature.as_deref() {
            Some([0, _]) => Some(Rule::Transactions),
            Some([_, 1]) => Some(Rule::Versioning),
            _ => None,
        };
        if let Some(rule) = rule {
            return Err(self.source.error(Fault::Refused(rule)));
        }
        self.known.insert(name.clone());
        Ok(())
    }

    /// Deletes a row at which others point that are to go as well.
    fn delete_in_circle(&mut self, change: &Change<'_>) -> Result<usize, SourceError> {
        self.owe(change)?;
        self.run("SET SESSION foreign_key_checks = 0")?;
        let met = self.execute(&sql::change(self.source, change)?);
        self.run("SET SESSION foreign_key_checks = 1")?;
        met
    }

    /// Notes what to look at before the commit.
    fn owe(&mut self, change: &Change<'_>) -> Result<(), SourceError> {
        let schema = match &self.schema {
            Some(schema) => schema.clone(),
            None => Arc::new(
                mariadb_schema::read(&self.link, self.wait).map_err(|it| self.source.error(it))?,
            ),
        };
        self.schema = Some(schema.clone());
        for (child, key) in schema.pointing_at(change.table) {
            let filter = Filter::keys(vec![change.key.to_vec()]);
            let held = self.rows(&Select {
                table: change.table,
                columns: &key.referenced,
                filter: &filter,
                form: Form::Rows,
            })?;
            for values in held {
                let statement = self.pointing(child, &key.columns, values)?;
                self.owed.push(statement);
            }
        }
        Ok(())
    }

    /// Finds, and locks, a row that points at some values.
    fn pointing(
        &self,
        child: &Table,
        columns: &[String],
        values: Vec<Value>,
    ) -> Result<Statement, SourceError> {
        let mut conditions = Vec::with_capacity(columns.len());
        for (at, name) in columns.iter().enumerate() {
            let column = child.column(name);
            let column = column.ok_or_else(|| missing(Source::key(self.source), child, name))?;
            let value = self.source.one(at + 1, column);
            conditions.push(format!("{} = {value}", quoted(name)));
        }
        Ok(Statement {
            text: format!(
                "SELECT 1 FROM {} WHERE {} LIMIT 1 LOCK IN SHARE MODE",
                self.source.table(child),
                conditions.join(" AND ")
            ),
            params: values.into_iter().map(Param::One).collect(),
        })
    }
}

impl Transaction for Writing<'_> {
    fn select(
        &mut self,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        self.read(select, wait, each)
    }

    fn change(&mut self, change: &Change<'_>) -> Result<usize, SourceError> {
        self.look_at(change.table)?;
        let met = self.execute(&sql::change(self.source, change)?);
        match (&met, change.act) {
            (Err(error), Act::Delete) if error.fault == Fault::Refused(Rule::ForeignKey) => {
                self.delete_in_circle(change)
            }
            _ => met,
        }
    }

    fn commit(mut self: Box<Self>) -> Result<(), SourceError> {
        for statement in &self.owed {
            if self.first(statement)?.is_some() {
                return Err(self.source.error(Fault::Refused(Rule::ForeignKey)));
            }
        }
        self.run("COMMIT")?;
        self.is_open = false;
        Ok(())
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        let is_undone = !self.is_open || self.run("ROLLBACK").is_ok();
        if !is_undone || self.run(UNLIMITED).is_err() || self.link.is_broken() {
            self.link.discard();
        }
    }
}
