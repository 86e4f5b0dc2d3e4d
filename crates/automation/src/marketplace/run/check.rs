//! Whether steps can be carried out at all, before the first of them is.

use super::Run;
use crate::marketplace::document::Document;
use crate::marketplace::errors::{no_environment, no_nodes};
use crate::marketplace::manifest::Manifest;
use crate::marketplace::steps::{Arguments, Kind, Step, TARGETS};
use keyrack_core::error::Result;

impl Run<'_> {
    /// Whether all steps can be begun: nothing is asked of nodes where nobody said which.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `jps`, naming the first step that cannot.
    pub fn check(&self, steps: &[Step]) -> Result<()> {
        check(self.manifest, steps, self.environment.is_some(), self.nodes.is_some())
    }
}

/// Follows the steps without doing them.
fn check(manifest: &Manifest, steps: &[Step], environment: bool, nodes: bool) -> Result<()> {
    for step in steps {
        for arguments in &step.arguments {
            let named = match arguments {
                Arguments::Params(params) | Arguments::Whole(Document::Mapping(params)) => {
                    params.iter().any(|(name, _)| TARGETS.iter().any(|target| target.eq_ignore_ascii_case(name)))
                }
                Arguments::Whole(_) => false,
            };
            let nodes = nodes || named || step.selector.is_some();
            match step.kind {
                Kind::Call => check(manifest, manifest.called(step), environment, nodes)?,
                Kind::Log | Kind::Set | Kind::SetGlobals | Kind::Sleep | Kind::Return => {}
                _ if !environment => return Err(no_environment(&step.at)),
                kind if kind.needs_nodes() && !nodes => return Err(no_nodes(&step.at)),
                _ => {}
            }
        }
    }
    Ok(())
}
