//! `keyrack audit …`

use clap::{Args, Subcommand};

use super::{DataOptions, Failure, block_on, open, require_database};

#[derive(Subcommand)]
pub enum Audit {
    /// Walk the chain of audit entries and name the first that does not hold
    Verify(Verify),
}

#[derive(Args)]
pub struct Verify {
    #[command(flatten)]
    data_options: DataOptions,
}

impl Audit {
    pub fn run(self) -> Result<(), Failure> {
        let Audit::Verify(verify) = self;
        let settings = verify.data_options.settings();
        require_database(&settings)?;
        let verified = block_on(async {
            let (keyrack, _) = open(settings).await?;
            let verified = keyrack.audit.verify().await;
            keyrack.close().await;
            verified.map_err(Failure::start)
        })?;
        let whole = verified.map_err(|broken| Failure::refused(format_args!("the audit log is broken: {broken}")))?;
        println!("the audit log is whole: {} entries", whole.entries);
        println!("the last one is entry {} with the hash {}", whole.entries, whole.last_hash);
        Ok(())
    }
}
