//! The steps that work on files of nodes.

use super::Run;
use super::invocation::Invocation;
use crate::marketplace::document::Document;
use crate::marketplace::steps::Kind;
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_core::waiting;
use keyrack_environments::{FileLocation, NodeChoice};
use keyrack_types::bounds::counts::REPLACEMENTS;

impl Run<'_> {
    /// A manifest goes on when its client goes away: half of one would be worse.
    pub(super) async fn work_on_files(
        &self,
        name: &str,
        choice: NodeChoice,
        invocation: &Invocation<'_>,
    ) -> Result<()> {
        waiting::for_nobody(self.file_step(name, choice, invocation)).await
    }

    async fn file_step(&self, name: &str, choice: NodeChoice, invocation: &Invocation<'_>) -> Result<()> {
        let (keyrack, caller, client) = (self.keyrack, self.caller, self.client);
        let location = FileLocation { environment: name.to_owned(), choice, masters_only: false };
        let path = invocation.need("path")?;
        let body = || Ok::<_, Error>(invocation.text("body")?.unwrap_or_default());
        match invocation.step.kind {
            Kind::CreateFile => drop(keyrack.environments.create_file(caller, client, &location, &path, false).await?),
            Kind::CreateDirectory => {
                drop(keyrack.environments.create_file(caller, client, &location, &path, true).await?)
            }
            Kind::WriteFile => {
                drop(keyrack.environments.write_file(caller, client, &location, &path, &body()?, false).await?)
            }
            Kind::AppendFile => {
                drop(keyrack.environments.write_file(caller, client, &location, &path, &body()?, true).await?)
            }
            Kind::ReplaceInFile => {
                let one = |item: &Document| {
                    let text = |key: &str| item.get(key).and_then(Document::scalar);
                    let pattern = text("pattern")
                        .ok_or_else(|| Error::invalid(field::App::Manifest, "replacements: no pattern"))?;
                    Ok((pattern, text("replacement").unwrap_or_default()))
                };
                let replacements = match invocation.param("replacements") {
                    Some(Document::List(items)) => items.iter().map(one).collect::<Result<Vec<_>>>()?,
                    Some(item) => vec![one(item)?],
                    None => return Err(Error::invalid(field::App::Manifest, "replacements: it is required")),
                };
                if replacements.len() > REPLACEMENTS {
                    let why = format!("replacements: at most {REPLACEMENTS}; these are {}", replacements.len());
                    return Err(Error::invalid(field::App::Manifest, why));
                }
                for (pattern, replacement) in replacements {
                    keyrack
                        .environments
                        .replace_in_file(caller, client, &location, &path, &pattern, &replacement, None)
                        .await?;
                }
            }
            kind => return Err(Error::internal(format!("nobody carries out {kind:?}"))),
        }
        Ok(())
    }
}
