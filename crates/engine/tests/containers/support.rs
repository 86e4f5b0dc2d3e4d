//! An engine of containers in a test.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bollard::Docker;
use keyrack_engine::contract::Subject;
use keyrack_engine::contract::processes::free_port;
use keyrack_engine::docker::{Allowed, ContainerEngine};
use keyrack_engine::{Engine, Fetch, Fetched, ImageRef, NodeAddress, NodeSpec, RegistryLogin};
use keyrack_types::ids::NodeId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// An image with a shell and the usual tools, and one that serves `/www` on port 8080 and has a volume `/data`.
pub const TOOLS: &str = "localhost/keyrack/test:1";
pub const WEB: &str = "localhost/keyrack/web-test:1";

/// One installation on one engine.
pub struct Bench {
    pub engine: Arc<ContainerEngine>,
    /// For looking at what was made, as anybody would.
    pub client: Docker,
    pub url: String,
    data: tempfile::TempDir,
}

impl Bench {
    /// None where there is no Podman for tests, which is a failure in CI's run of these tests.
    pub fn podman() -> Option<Bench> {
        Bench::at("KEYRACK_TEST_PODMAN")
    }

    pub fn docker() -> Option<Bench> {
        Bench::at("KEYRACK_TEST_DOCKER")
    }

    fn at(variable: &str) -> Option<Bench> {
        let Ok(url) = std::env::var(variable) else {
            eprintln!("skipped: {variable} is not set; run it with .ci/with-containers");
            return None;
        };
        let data = tempfile::tempdir().expect("a temporary folder");
        let client = Docker::connect_with_unix(&url, 60, bollard::API_DEFAULT_VERSION).expect("the socket is there");
        Some(Bench { engine: open(data.path(), &url), client, url, data })
    }

    pub fn folder(&self) -> &Path {
        self.data.path()
    }

    /// The next run of the same server; the former one's tasks go on, as the engine would not notice.
    pub fn again(&self) -> Arc<ContainerEngine> {
        open(self.data.path(), &self.url)
    }

    /// For the contract, which removes nothing at its end: that is done here.
    pub fn subject(self) -> Subject {
        Subject {
            engine: self.engine.clone(),
            image: ImageRef::parse(TOOLS).expect("an image"),
            _data: Box::new(Cleaned(self)),
        }
    }

    /// A node of the web image.
    pub fn web(&self) -> NodeSpec {
        static NEXT: AtomicI64 = AtomicI64::new(1);
        NodeSpec {
            id: NodeId(NEXT.fetch_add(1, Ordering::Relaxed)),
            environment: "shop".into(),
            layer: "cp".into(),
            number: 1,
            image: ImageRef::parse(WEB).expect("an image"),
            digest: None,
            command: None,
            variables: BTreeMap::new(),
            address: NodeAddress::at(free_port()),
            memory: 128 << 20,
            volumes: Vec::new(),
        }
    }

    /// A node that runs this.
    pub fn running(&self, command: &str) -> NodeSpec {
        NodeSpec { image: ImageRef::parse(TOOLS).expect("an image"), command: Some(command.into()), ..self.web() }
    }

    pub async fn fetch(&self, spec: &NodeSpec, newest: bool) -> Result<Fetched, keyrack_engine::EngineError> {
        self.fetch_as(spec, newest, None).await
    }

    pub async fn fetch_as(
        &self,
        spec: &NodeSpec,
        newest: bool,
        login: Option<&RegistryLogin>,
    ) -> Result<Fetched, keyrack_engine::EngineError> {
        self.engine.fetch(spec, Fetch { login, newest, progress: &|_| {} }).await
    }

    pub async fn log(&self, node: NodeId) -> String {
        self.engine.read_log(node, "output.log", None, 1 << 20).await.expect("there is a log").text
    }

    /// Removes these nodes, so that nothing of the test is left on the engine.
    pub async fn remove(&self, nodes: &[&NodeSpec]) {
        for node in nodes {
            self.engine.remove(node.id).await.expect("the node is removed");
        }
    }
}

fn open(data: &Path, url: &str) -> Arc<ContainerEngine> {
    let urls = vec![url.parse().expect("an address")];
    let engine = Arc::new(ContainerEngine::open(data, urls, Allowed::default()).expect("the engine opens"));
    engine.watch();
    engine
}

/// Removes the containers of a test of the contract.
struct Cleaned(Bench);

impl Drop for Cleaned {
    fn drop(&mut self) {
        let engine = self.0.engine.clone();
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                for node in 1..=8 {
                    let _ = engine.remove(NodeId(node)).await;
                }
            });
        });
    }
}

/// What the node at this address answers.
pub async fn get(address: NodeAddress, path: &str) -> Option<String> {
    let mut stream = tokio::net::TcpStream::connect((address.host(), address.port())).await.ok()?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes()).await.ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await.ok()?;
    text.contains("200 OK").then_some(text)
}
