//! Who may only look changes nothing, whatever door asks.

use keyrack_domain::Error;
use keyrack_domain::environments::{Description, Hooks, NewDeployment};
use keyrack_domain::marketplace::InstallRequest;
use keyrack_domain::scheduler::NewTask;
use keyrack_domain::types::accounts::Role;
use serde_json::Map;

use crate::test_domain::{STOP, TestDomain, client};

const HELLO: &str = "type: install\nname: Hello\nonInstall: {log: hello}\nactions: {again: {log: again}}";

fn task() -> NewTask {
    NewTask { schedule: "* * * * *".into(), method: STOP.into(), params: None, description: String::new() }
}

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
    let mine = k.scheduler.create(&owner, c, None, task()).await.unwrap().id;
    let upload = async || k.uploads.receive(&owner, "a.zip").await.unwrap().finish().await.unwrap();
    let kept = k.uploads.keep(&owner, c, &upload().await).await.unwrap();
    let archive = kept.address("http://localhost");
    k.uploads.register_archive(&owner, c, &archive, None, "").await.unwrap();
    let app = k.marketplace.add_app(&owner, c, HELLO).await.unwrap();
    k.marketplace.add_favorite_app(&owner, c, &app).await.unwrap();

    let all = [
        ("create a task", k.scheduler.create(v, c, None, task()).await.map(drop)),
        ("edit a task", k.scheduler.edit(v, c, mine, task()).await.map(drop)),
        ("see tasks", k.scheduler.list(v).await.map(drop)),
        ("delete tasks", k.scheduler.delete(v, c, &[mine]).await),
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
        ("install", k.marketplace.install(v, c, HELLO, InstallRequest::default()).await.map(drop)),
        ("install an app", k.marketplace.install_app(v, c, &app, false, InstallRequest::default()).await.map(drop)),
        ("execute an action", k.marketplace.execute_app_action(v, c, "x", None, Map::new()).await.map(drop)),
        ("uninstall", k.marketplace.uninstall(v, c, "x", true).await),
        ("see settings", k.marketplace.installed_settings(v, c, "x", None).await.map(drop)),
        ("add an app", k.marketplace.add_app(v, c, HELLO).await.map(drop)),
        ("edit an app", k.marketplace.edit_app(v, c, &app, HELLO).await),
        ("delete an app", k.marketplace.delete_app(v, c, &app).await),
        ("add a favourite", k.marketplace.add_favorite_app(v, c, &app).await),
        ("add a favourite manifest", k.marketplace.add_favorite_manifest(v, c, HELLO).await.map(drop)),
        ("delete a favourite", k.marketplace.delete_favorite_app(v, c, &app).await),
        ("read the console", k.marketplace.read_console(v, c).await.map(drop)),
        ("write to the console", k.marketplace.write_console(v, c, "x").await),
        ("clear the console", k.marketplace.clear_console(v, c).await),
    ];
    let done: Vec<_> = all.iter().filter(|(_, done)| !matches!(done, Err(Error::Forbidden(_)))).collect();
    assert!(done.is_empty(), "{done:?}");
}
