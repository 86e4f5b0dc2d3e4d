//! Every statement is prepared on the schemas of both databases: a wrong table or column fails here, with its file and line,
//! and not at the first call.
//!
//! sqlx takes two kinds of text: one that the compiler knows, and one that is wrapped in `AssertSqlSafe`. Texts of the first
//! kind are literals of the sources, which are found here whatever happens to them before the call; those of the second are
//! listed below.

mod expand;
mod sources;

use std::path::Path;

use futures::TryStreamExt;
use keyrack_domain::store::Dialect;
use keyrack_domain::types::audit::AuditFilter;
use sqlx::{AssertSqlSafe, Column, Executor, SqlSafeStr, Statement as _};

use self::sources::{Sources, Statement, Yields};
use crate::test_domain::{STOP, TestDomain, new_token, on_both};

/// Files with texts that the compiler does not know, how many of them, and why.
const DYNAMIC: &[(&str, usize, &str)] = &[
    ("audit/list.rs", 1, "as many conditions as the filter has; the test below runs all of them"),
    ("store/migrations.rs", 1, "the steps of the schema, which every test runs"),
    ("store/transfer.rs", 5, "tables and columns as the databases name them; the tests of transfer move every table"),
    ("tokens/src/leaks.rs", 1, "as many placeholders as hashes are asked for; the tests of leaks ask for some"),
    ("tokens/src/rows.rs", 1, "as many placeholders as tokens are named; the test below names some"),
];

/// Files whose `query_as` reads texts and rows that a caller chooses.
const GENERIC: &[&str] = &["environments/src/rows.rs", "notices/outbox.rs", "tokens/src/rows.rs"];

/// Statements for one database, where the source does not say so.
const ONE_DATABASE: &[(&str, &str, Dialect)] = &[
    ("store/invalidation.rs", "SELECT CAST(pg_notify", Dialect::Postgres),
    ("store/transfer.rs", "SELECT CAST(pg_get_serial_sequence", Dialect::Postgres),
    ("store/transfer.rs", "SELECT CAST(table_name AS TEXT) FROM information_schema.columns", Dialect::Postgres),
    ("store/transfer.rs", "SELECT CAST(column_name AS TEXT)", Dialect::Postgres),
];

fn sources() -> Sources {
    Sources::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
}

/// The database that a statement is for, unless it is for both.
fn only_for(statement: &Statement) -> Option<Dialect> {
    let listed = ONE_DATABASE
        .iter()
        .find(|(file, text, _)| statement.location.is_in(file) && statement.text.starts_with(text))
        .map(|(.., dialect)| *dialect);
    statement.dialect.or(listed)
}

/// What is wrong with the statements on this database.
async fn faults(bed: &TestDomain, sources: &Sources) -> Vec<String> {
    let store = bed.store().await;
    let mut connection = store.read().acquire().await.unwrap();
    let mut faults = Vec::new();
    for statement in &sources.statements {
        if only_for(statement).is_some_and(|dialect| dialect != store.dialect()) {
            continue;
        }
        let text = AssertSqlSafe(statement.text.as_str()).into_sql_str();
        let columns: Vec<String> = match connection.prepare(text).await {
            Ok(prepared) => prepared.columns().iter().map(|column| column.name().to_owned()).collect(),
            Err(error) => {
                faults.push(format!("{}: {error}\n    {}", statement.location, statement.text));
                continue;
            }
        };
        let wanted = match &statement.yields {
            Yields::Anything => continue,
            Yields::Scalar if columns.len() == 1 => continue,
            Yields::Scalar => vec!["one column".to_owned()],
            Yields::Row(fields) => fields.clone(),
        };
        if !wanted.iter().all(|field| columns.contains(field)) || wanted.len() != columns.len() {
            faults.push(format!("{}: selects {columns:?}, and {wanted:?} is read", statement.location));
        }
    }
    faults
}

on_both! {
    async fn every_statement_fits_the_schema_and_the_row_that_it_is_read_into(bed: TestDomain) {
        let sources = sources();
        assert!(sources.statements.len() > 250, "only {} statements were found", sources.statements.len());
        let faults = faults(&bed, &sources).await;
        assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), sources.statements.len(), faults.join("\n"));
    }

    async fn a_statement_that_does_not_fit_is_named_with_file_and_line(bed: TestDomain) {
        let broken = r#"
            macro_rules! users { ($rest:literal) => { concat!("SELECT id, email FROM users", $rest) }; }
            const TOTAL: &str = "SELECT count(*) AS many FROM users";
            row! { struct User { id: i64, email: String } struct Total { total: i64 } }
            fn f(x: Dialect) {
                query("SELECT id FROM user_s");
                query(users!(" WHERE emial = $1"));
                query_as::<_, User>(users!(" WHERE email = $1"));
                query_as::<_, User>("SELECT id FROM users");
                query_as::<_, Total>(TOTAL);
                query_scalar("SELECT id, email FROM users");
                let text = match x { Dialect::Sqlite => "SELECT missing", Dialect::Postgres => "SELECT missing2" };
            }
        "#;
        let mut sources = Sources::default();
        sources.add("src/broken.rs", broken);
        let faults = faults(&bed, &sources).await;
        let locations: Vec<_> = faults.iter().map(|fault| fault.split(": ").next().unwrap()).collect();
        let expected = [
            "src/broken.rs:3", "src/broken.rs:6", "src/broken.rs:7", "src/broken.rs:9", "src/broken.rs:11", "src/broken.rs:12",
        ];
        assert_eq!(locations, expected, "{faults:#?}");
        let this = if bed.url.starts_with("sqlite:") { "no such column: missing" } else { "\"missing2\"" };
        assert!(faults.last().unwrap().contains(this), "{faults:#?}");
    }

    async fn statements_that_are_put_together_at_run_time_fit_too(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await.token.id;
        let named = bed.keyrack.tokens.with_ids(&owner, &[made, made + 1, made + 2]).await.unwrap();
        assert_eq!(named.len(), 1);
        let day = bed.now().date_naive();
        for token in [made.to_string(), "t".to_owned()] {
            let filter = AuditFilter {
                from: Some(day),
                to: Some(day),
                person: "owner".into(),
                token,
                method: "token.create".into(),
            };
            let page = bed.keyrack.audit.page(&owner, &filter, Some(i64::MAX)).await.unwrap();
            assert_eq!(page.entries.len(), 1);
            let exported: Vec<_> =
                bed.keyrack.audit.export(&owner, &filter).unwrap().try_collect().await.unwrap();
            assert_eq!(exported, page.entries);
        }
    }
}

#[test]
fn no_statement_hides_from_the_test_that_prepares_them() {
    let sources = sources();
    for (file, locations, why) in DYNAMIC {
        let found = sources.dynamic.iter().filter(|location| location.is_in(file)).count();
        assert_eq!(found, *locations, "{file}: texts that the compiler does not know ({why})");
    }
    let unlisted = |location: &&sources::Location| !DYNAMIC.iter().any(|(file, ..)| location.is_in(file));
    let hidden: Vec<_> = sources.dynamic.iter().filter(unlisted).map(ToString::to_string).collect();
    assert!(hidden.is_empty(), "make these texts of literals, or list them: {hidden:?}");
    let problems: Vec<_> = sources
        .problems
        .iter()
        .filter(|problem| !(problem.generic && GENERIC.iter().any(|file| problem.location.is_in(file))))
        .map(|problem| format!("{}: {}", problem.location, problem.what))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
