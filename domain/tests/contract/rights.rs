//! Who may only look changes nothing, whatever door asks.

use keyrack_domain::Error;
use keyrack_domain::environments::{Description, Hooks, NewDeployment};
use keyrack_domain::types::accounts::Role;

use crate::test_domain::{TestDomain, client};

fn deployment(archive: &str) -> NewDeployment {
    NewDeployment {
        environment: "a".into(),
        group: None,
        context: "ROOT".into(),
        archive: archive.into(),
        name: None,
        hooks: Hooks::default(),
    }
}

#[tokio::test]
async fn a_viewer_changes_nothing_and_sees_no_secrets() {
    let bed = TestDomain::sqlite().await;
    let (owner, viewer) = (bed.owner().await, bed.member("viewer@example.org", Role::Viewer).await);
    let (k, v, c) = (&bed.keyrack, &*viewer, &client());
    // What there is to be changed is there.
    let upload = async || k.uploads.receive(&owner, "a.zip").await.unwrap().finish().await.unwrap();
    let kept = k.uploads.keep(&owner, c, &upload().await).await.unwrap();
    let archive = kept.address("http://localhost");
    k.uploads.register_archive(&owner, c, &archive, None, "").await.unwrap();

    let all = [
        ("send a file", k.uploads.receive(v, "a.zip").await.map(drop)),
        ("keep a file", k.uploads.keep(v, c, &upload().await).await.map(drop)),
        ("keep an archive", k.uploads.register_archive(v, c, &archive, None, "").await.map(drop)),
        ("delete an archive", k.uploads.delete_archive(v, c, kept.id).await),
        ("deploy", k.environments.deploy(v, c, deployment(&archive)).await.map(drop)),
        ("undeploy", k.environments.undeploy(v, c, "a", None, "ROOT").await.map(drop)),
        ("move a context", k.environments.rename_context(v, c, "a", None, ("ROOT", "b")).await.map(drop)),
        ("export", k.environments.export(v, c, "a", "keyrack: 1").await.map(drop)),
        ("describe for an export", k.environments.describe(v, "a").await.map(drop)),
        ("see an export", k.environments.export_manifest(v, c, "a", 1).await.map(drop)),
        ("delete an export", k.environments.delete_export(v, c, "a", 1).await),
        ("import", k.environments.import(v, c, Description::default()).await.map(drop)),
    ];
    let done: Vec<_> = all.iter().filter(|(_, done)| !matches!(done, Err(Error::Forbidden(_)))).collect();
    assert!(done.is_empty(), "{done:?}");
}
