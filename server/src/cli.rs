//! The command line. Each option is also read from `KEYRACK_…`.

mod account;
mod audit;
mod data;
mod doctor;
mod folder;
mod health;
mod scanning;
mod serve;
mod values;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use keyrack_domain::Keyrack;
use keyrack_domain::engine::local::{NODE_WEB, SUPERVISE_NODE, supervise};
use keyrack_domain::settings::Settings;
use keyrack_domain::store::{Address, Schema};
use keyrack_domain::world::World;

use crate::dispatch::registry::Registry;

/// Exit code of whatever could not begin: wrong options, a port in use, a database out of reach.
const CANNOT_START: u8 = 2;

#[derive(Parser)]
#[command(
    name = "keyrack",
    version,
    about = "A dashboard for personal access tokens, and the API server that honours them"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server
    Serve(Box<serve::Serve>),
    /// Ask the running server whether it is ready: exit code 0 if it is, 1 if not
    Health(health::Health),
    /// Print the rules by which scanners find tokens of this server
    ScanningRules(scanning::ScanningRules),
    /// Look whether nodes can be walled here: exit code 0 if they can, 1 if not. Run it as the server's user
    Doctor(doctor::Doctor),
    /// Manage accounts
    #[command(subcommand)]
    Account(account::Account),
    /// Look after the audit log
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Copy the SQLite database to a new file; works while the server runs
    Backup(data::Backup),
    /// Put a copy of the SQLite database back; the server must not run
    Restore(data::Restore),
    /// Copy everything from one database to another, empty one; the server must not run
    MigrateData(data::MigrateData),
}

/// Where everything is kept; every subcommand has it.
#[derive(Args, Clone, Debug)]
struct DataOptions {
    /// The data folder
    #[arg(long, env = "KEYRACK_DATA", value_name = "DIR", default_value = "./data")]
    data: PathBuf,
    /// The database: sqlite://FILE or postgres://… [default: SQLite in the data folder]
    #[arg(long, env = "KEYRACK_DATABASE", value_name = "URL", hide_env_values = true)]
    database: Option<String>,
    /// Refuse a database whose schema is older than this version, instead of bringing it up
    #[arg(long, env = "KEYRACK_NO_MIGRATE", value_parser = clap::builder::FalseyValueParser::new())]
    no_migrate: bool,
}

/// Why a command ended without doing its work: one line for stderr, and the exit code.
#[derive(Debug)]
struct Failure {
    line: String,
    code: u8,
}

impl Failure {
    /// It could not begin; nothing was changed.
    fn start(line: impl std::fmt::Display) -> Failure {
        Failure { line: line.to_string(), code: CANNOT_START }
    }

    /// It began, and the answer is no.
    fn refused(line: impl std::fmt::Display) -> Failure {
        Failure { line: line.to_string(), code: 1 }
    }
}

impl DataOptions {
    /// The settings that follow from the place alone.
    fn settings(&self) -> Settings {
        let mut settings = Settings::in_folder(&self.data);
        if let Some(url) = &self.database {
            settings.database.clone_from(url);
        }
        settings.schema = self.schema();
        settings
    }

    fn schema(&self) -> Schema {
        if self.no_migrate { Schema::Keep } else { Schema::BringUp }
    }
}

/// The whole program.
pub fn main() -> ExitCode {
    // What the engine starts; nothing of the command line, and no runtime, may come before it.
    let first = std::env::args_os().nth(1).unwrap_or_default();
    if first == SUPERVISE_NODE {
        return supervise();
    }
    if first == NODE_WEB {
        return crate::node_web::run();
    }
    crate::memory::give_back_large_blocks();
    let cli = match without_empty_variables(Cli::command())
        .try_get_matches()
        .and_then(|matches| Cli::from_arg_matches(&matches))
    {
        Ok(cli) => cli,
        Err(error) => return wrong_usage(&error),
    };
    let outcome = match cli.command {
        Command::Serve(command) => command.run(),
        Command::Health(command) => command.run(),
        Command::Doctor(command) => command.run(),
        Command::ScanningRules(command) => command.run(),
        Command::Account(command) => command.run(),
        Command::Audit(command) => command.run(),
        Command::Backup(command) => command.run(),
        Command::Restore(command) => command.run(),
        Command::MigrateData(command) => command.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { line, code }) => {
            eprintln!("keyrack: {}", in_one_line(&line));
            ExitCode::from(code)
        }
    }
}

/// A variable that is set to nothing counts as not set: that is how compose files and unit files leave one out.
fn without_empty_variables(command: clap::Command) -> clap::Command {
    command
        .mut_args(|option| {
            let empty =
                option.get_env().is_some_and(|name| std::env::var_os(name).is_some_and(|value| value.is_empty()));
            if empty { option.env(None::<&str>) } else { option }
        })
        .mut_subcommands(without_empty_variables)
}

/// Opens the domain with this server's methods.
async fn open(settings: Settings) -> Result<(Keyrack, Registry), Failure> {
    let registry = Registry::all();
    let keyrack = Keyrack::open(settings, World::system(), registry.catalog()).await.map_err(Failure::start)?;
    Ok((keyrack, registry))
}

/// Runs a short command's work.
fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::start)?.block_on(work)
}

/// For commands that must not make a database where there is none.
fn require_database(settings: &Settings) -> Result<(), Failure> {
    match Address::parse(&settings.database).map_err(Failure::start)?.file() {
        Some(file) if !file.is_file() => Err(Failure::start(format_args!("there is no database {}", file.display()))),
        _ => Ok(()),
    }
}

fn wrong_usage(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        eprintln!(
            "keyrack: say what to do: serve, health, account, audit, backup, restore or migrate-data (keyrack --help tells more)"
        );
        return ExitCode::from(CANNOT_START);
    }
    let text = error.to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    eprintln!("keyrack: {}", in_one_line(first.trim_start_matches("error: ")));
    ExitCode::from(CANNOT_START)
}

fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
