//! What is deployed where.
//!
//! A context is a folder that nodes serve. Its content is put together beside the former one on every node first; only when
//! that went well everywhere, the two are exchanged.

mod change;
mod contexts;
mod deploy;
mod deployment;
mod kept;

pub use self::deploy::NewDeployment;
pub use self::deployment::{Deployment, Hooks};
use super::model::{Environment, Layer};
use crate::service::Environments;
use keyrack_core::audit::Event;
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_engine::NodePath;

/// The context that a node serves at `/`.
pub const ROOT: &str = "ROOT";

/// The folder of a node that holds what it serves.
const SERVED: &str = "www";

const LONGEST_CONTEXT: usize = 100;

/// The name of a context as clients write it: `ROOT`, `/` and nothing are the root, `/shop/` is `shop`.
///
/// # Errors
/// [`Error::Invalid`] naming the parameter.
fn context_name(field: field::Environment, written: &str) -> Result<String> {
    let name = written.trim().trim_matches('/');
    if name.is_empty() || name.eq_ignore_ascii_case(ROOT) {
        return Ok(ROOT.to_owned());
    }
    let fits = name.len() <= LONGEST_CONTEXT
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "._~-".contains(c));
    if !fits {
        let why = format!(
            "a context has to be ROOT, or at most {LONGEST_CONTEXT} letters, digits, “.”, “_”, “~” and “-”, beginning with \
             a letter or digit"
        );
        return Err(Error::invalid(field, why));
    }
    Ok(name.to_owned())
}

/// Where a context's content lies on a node.
fn folder(context: &str) -> Result<NodePath> {
    let path = if context == ROOT { SERVED.to_owned() } else { format!("{SERVED}/{context}") };
    NodePath::parse(&path).map_err(Error::internal)
}

/// The contexts of a layer that lie in the folder of this one.
fn within(layer: &Layer, context: &str) -> Vec<String> {
    if context != ROOT {
        return Vec::new();
    }
    layer.deployments.iter().map(|deployment| deployment.context.clone()).filter(|other| other != ROOT).collect()
}

impl Environments {
    /// What is deployed in a layer, sorted by context.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] for a layer that is not there.
    pub async fn deployments(&self, caller: &Caller, name: &str, group: Option<&str>) -> Result<Vec<Deployment>> {
        caller.require(Right::See)?;
        let environment = self.get(caller, name).await?;
        Ok(environment.layer_for_deployments(group)?.deployments.clone())
    }

    /// What is deployed in one context. Its hooks are commands and may hold secrets, so it is noted who reads them.
    ///
    /// # Errors
    /// As [`Environments::deployments`]; [`Error::NotFound`] when nothing is deployed there.
    pub async fn deployment(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        group: Option<&str>,
        context: &str,
    ) -> Result<Deployment> {
        caller.require(Right::See)?;
        let context = context_name(field::Environment::Context, context)?;
        let environment = self.get(caller, name).await?;
        let deployment = must_be_deployed(environment.layer_for_deployments(group)?, &context).cloned()?;
        self.note_read(Event::by(caller, client, "hooks.read", format!("environment:{}", environment.name)));
        Ok(deployment)
    }
}

impl Environment {
    /// The layer that something is deployed to: the named one, else the application layer, else the only one.
    fn layer_for_deployments(&self, group: Option<&str>) -> Result<&Layer> {
        let named = |name: &str| self.layers.iter().find(|layer| layer.name.eq_ignore_ascii_case(name));
        match (group, self.layers.as_slice()) {
            (Some(group), _) => named(group)
                .ok_or_else(|| Error::NotFound(format!("environment “{}” has no layer “{group}”", self.name).into())),
            (None, [only]) => Ok(only),
            (None, _) => named("cp").ok_or_else(|| {
                let layers: Vec<_> = self.layers.iter().map(|layer| layer.name.as_str()).collect();
                let why = format!("say which: environment “{}” has the layers {}", self.name, layers.join(", "));
                Error::invalid(field::Environment::Layer, why)
            }),
        }
    }
}

fn must_be_deployed<'a>(layer: &'a Layer, context: &str) -> Result<&'a Deployment> {
    layer.deployments.iter().find(|deployment| deployment.context == context).ok_or_else(|| {
        Error::NotFound(format!("nothing is deployed in context “{context}” of layer “{}”", layer.name).into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_one_part_of_a_path() {
        for (written, name) in
            [("", ROOT), ("/", ROOT), ("root", ROOT), (" /shop/ ", "shop"), ("v1.2_x~y-z", "v1.2_x~y-z"), ("..", "")]
        {
            let read = context_name(field::Environment::Context, written);
            assert_eq!(read.ok().as_deref(), Some(name).filter(|name| !name.is_empty()), "{written}");
        }
        for written in [".", ".keyrack", "a/b", "a b", "a\0", "ä", "../etc", "a/../..", &"x".repeat(101)] {
            assert!(context_name(field::Environment::Context, written).is_err(), "{written}");
        }
    }
}
