//! `keyrack scanning-rules`

use clap::{Args, ValueEnum};

use super::Failure;
use crate::leaks::rules;

#[derive(Args)]
pub struct ScanningRules {
    /// The form of the rules
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
    /// The address of the server, for the address where tokens are revoked
    #[arg(long, env = "KEYRACK_PUBLIC_URL", value_name = "URL", default_value = "http://localhost:8080")]
    public_url: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// As under /.well-known/token-scanning.json
    Json,
    /// A rule of gitleaks
    Gitleaks,
    /// A rule of kingfisher
    Kingfisher,
}

impl ScanningRules {
    pub fn run(self) -> Result<(), Failure> {
        match self.format {
            Format::Json => {
                let rules = rules::rules(self.public_url.trim_end_matches('/'));
                println!("{}", serde_json::to_string_pretty(&rules).map_err(Failure::start)?);
            }
            Format::Gitleaks => print!("{}", rules::gitleaks()),
            Format::Kingfisher => print!("{}", rules::kingfisher()),
        }
        Ok(())
    }
}
