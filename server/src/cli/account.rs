//! `keyrack account …`

use std::io::Read;

use clap::{Args, Subcommand};
use keyrack_domain::Error;

use super::folder::Folder;
use super::{DataOptions, Failure, block_on, open, require_database};

/// More than any password that is taken.
const INPUT_LIMIT: u64 = 4096;

#[derive(Subcommand)]
pub enum Account {
    /// Make a user with an account of its own; works while the server runs
    Create(Create),
    /// Set a user's password and end all of the user's sessions; works while the server runs
    ResetPassword(ResetPassword),
}

#[derive(Args)]
pub struct Create {
    /// The user's e-mail address
    email: String,
    /// Read the password (at least 12 characters) from standard input; up to its first line end it is taken as it is
    #[arg(long, required = true)]
    password_stdin: bool,
    #[command(flatten)]
    data_options: DataOptions,
}

#[derive(Args)]
pub struct ResetPassword {
    /// The user's e-mail address
    email: String,
    /// Read the new password (at least 12 characters) from standard input; up to its first line end it is taken as it is
    #[arg(long, required = true)]
    password_stdin: bool,
    #[command(flatten)]
    data_options: DataOptions,
}

impl Account {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Account::Create(create) => create.run(),
            Account::ResetPassword(reset) => reset.run(),
        }
    }
}

impl ResetPassword {
    fn run(self) -> Result<(), Failure> {
        let settings = self.data_options.settings();
        require_database(&settings)?;
        let password = read_password()?;
        block_on(async {
            let (keyrack, _) = open(settings).await?;
            let reset = keyrack.accounts.reset_password(&self.email, &password).await;
            keyrack.close().await;
            reset.map_err(|error| match error {
                Error::Invalid { .. } | Error::NotFound(_) => Failure::refused(error),
                other => Failure::start(other),
            })
        })?;
        println!("the password is set, and all sessions of the user are ended");
        Ok(())
    }
}

impl Create {
    fn run(self) -> Result<(), Failure> {
        let password = read_password()?;
        let mut folder = Folder::open(&self.data_options.data)?;
        let (user, account) = block_on(async {
            let (keyrack, _) = open(self.data_options.settings()).await?;
            folder.keep();
            let made = keyrack.accounts.create_user_with_account(&self.email, &password).await;
            keyrack.close().await;
            made.map_err(|error| match error {
                Error::Invalid { .. } | Error::Exists(_) => Failure::refused(error),
                other => Failure::start(other),
            })
        })?;
        println!("made user {user} with account {account}");
        Ok(())
    }
}

fn read_password() -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .take(INPUT_LIMIT)
        .read_to_string(&mut text)
        .map_err(|error| Failure::start(format_args!("the password cannot be read from standard input: {error}")))?;
    // Editors of some systems put a byte order mark before what they save; it is no part of the password.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
