//! Environments with real processes, on both databases.

mod belongings;
mod changes;
mod create;
mod deployments;
mod failures;
mod restarts;

use std::sync::Arc;

use keyrack_domain::caller::Caller;
use keyrack_domain::engine::ImageRef;
use keyrack_domain::engine::local::LocalEngine;
use keyrack_domain::environments::{Environment, EnvironmentSpec, NodesSpec};
use keyrack_domain::types::environments::EnvStatus;
use keyrack_domain::{Error, Keyrack};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::processes::{program, until};
use crate::test_domain::{TestDomain, client};

/// A bed whose environments are started, and the owner of its account.
pub struct House {
    pub bed: TestDomain,
    pub keyrack: Keyrack,
    pub owner: Arc<Caller>,
}

impl House {
    pub async fn on(bed: TestDomain) -> House {
        let (keyrack, owner) = (bed.keyrack.clone(), bed.owner().await);
        start(&keyrack).await;
        House { bed, keyrack, owner }
    }

    /// The next run of the same server.
    pub async fn restarted(self) -> House {
        self.keyrack.environments.stop_all().await;
        let keyrack = self.bed.again().await;
        start(&keyrack).await;
        House { keyrack, ..self }
    }

    /// Creates it and waits until it runs.
    pub async fn create(&self, spec: EnvironmentSpec) -> Environment {
        let name = spec.name.clone().unwrap();
        self.keyrack.environments.create(&self.owner, &client(), spec).await.unwrap().finished().await.unwrap();
        self.get(&name).await
    }

    pub async fn get(&self, name: &str) -> Environment {
        self.keyrack.environments.get(&self.owner, name).await.unwrap()
    }

    pub async fn status(&self, name: &str) -> EnvStatus {
        self.get(name).await.status
    }

    pub async fn until_status(&self, name: &str, status: EnvStatus) {
        until(&format!("{name} is {status:?}"), || async { self.status(name).await == status }).await;
    }

    pub async fn stop(&self, name: &str) {
        self.keyrack.environments.stop(&self.owner, &client(), name).await.unwrap().finished().await.unwrap();
    }

    pub async fn start(&self, name: &str) {
        self.keyrack.environments.start(&self.owner, &client(), name).await.unwrap().finished().await.unwrap();
    }

    /// (title, state) of all actions, the newest first.
    pub async fn tasks(&self) -> Vec<(String, String)> {
        let overview = self.keyrack.environments.overview(&self.owner).await.unwrap();
        overview.tasks.into_iter().map(|task| (task.title, format!("{:?}", task.state))).collect()
    }
}

async fn start(keyrack: &Keyrack) {
    let settings = keyrack.settings();
    let engine = LocalEngine::open(&settings.data, program()).unwrap().on_ports(settings.node_ports.clone());
    keyrack.environments.start_all(Arc::new(engine)).await.unwrap();
}

/// One node of the built-in web application.
pub fn web(name: &str) -> EnvironmentSpec {
    let nodes = vec![NodesSpec::of(ImageRef::parse("keyrack/web:latest").unwrap(), "cp")];
    EnvironmentSpec { name: Some(name.into()), nodes, ..EnvironmentSpec::default() }
}

/// One node that runs this.
pub fn running(name: &str, command: &str) -> EnvironmentSpec {
    let mut spec = web(name);
    spec.nodes[0].command = Some(command.into());
    spec
}

/// What the node at this address answers; none when nobody does.
pub async fn fetch(address: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address.strip_prefix("http://").unwrap()).await.ok()?;
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await.ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await.ok()?;
    text.contains("200 OK").then_some(text)
}

pub fn is_wrong_state(error: &Error, status: EnvStatus) -> bool {
    matches!(error, Error::WrongState { current, .. } if *current == status)
}
