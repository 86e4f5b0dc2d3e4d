//! Who may only look changes nothing, whatever door asks.

use keyrack_domain::Error;
use keyrack_domain::environments::{Hooks, NewDeployment};
use keyrack_domain::marketplace::InstallRequest;
use keyrack_domain::scheduler::NewTask;
use keyrack_domain::types::accounts::Role;
use serde_json::Map;

use crate::bed::{Bed, STOP, client};

const HELLO: &str = "type: install\nname: Hello\nonInstall: {log: hello}\nactions: {again: {log: again}}";
const MANIFEST: &str = "keyrack: 1\nenv: {}\nnodes: []";

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
    let bed = Bed::sqlite().await;
    let (owner, viewer) = (bed.owner().await, bed.member("viewer@example.org", Role::Viewer).await);
    let (k, v, c) = (&bed.keyrack, &*viewer, &client());
    // What there is to be changed is there.
    let mine = k.create_task(&owner, c, None, task()).await.unwrap().id;
    let upload = async || k.receive(&owner, "a.zip").await.unwrap().finish().await.unwrap();
    let kept = k.keep_upload(&owner, c, &upload().await).await.unwrap();
    let archive = kept.address("http://localhost");
    k.register_archive(&owner, c, &archive, None, "").await.unwrap();
    let app = k.add_app(&owner, c, HELLO).await.unwrap();
    k.add_favorite_app(&owner, c, &app).await.unwrap();

    let all = [
        ("create a task", k.create_task(v, c, None, task()).await.map(drop)),
        ("edit a task", k.edit_task(v, c, mine, task()).await.map(drop)),
        ("see tasks", k.tasks(v).await.map(drop)),
        ("delete tasks", k.delete_tasks(v, c, &[mine]).await),
        ("send a file", k.receive(v, "a.zip").await.map(drop)),
        ("keep a file", k.keep_upload(v, c, &upload().await).await.map(drop)),
        ("keep an archive", k.register_archive(v, c, &archive, None, "").await.map(drop)),
        ("delete an archive", k.delete_archive(v, c, kept.id).await),
        ("deploy", k.deploy(v, c, deployment(&archive)).await.map(drop)),
        ("undeploy", k.undeploy(v, c, "a", None, "ROOT").await.map(drop)),
        ("move a context", k.rename_context(v, c, "a", None, ("ROOT", "b")).await.map(drop)),
        ("export", k.export_environment(v, c, "a").await.map(drop)),
        ("see an export", k.export_manifest(v, c, "a", 1).await.map(drop)),
        ("delete an export", k.delete_export(v, c, "a", 1).await),
        ("import", k.import_environment(v, c, MANIFEST, None).await.map(drop)),
        ("install", k.install(v, c, HELLO, InstallRequest::default()).await.map(drop)),
        ("install an app", k.install_app(v, c, &app, false, InstallRequest::default()).await.map(drop)),
        ("execute an action", k.execute_app_action(v, c, "x", None, Map::new()).await.map(drop)),
        ("uninstall", k.uninstall(v, c, "x", true).await),
        ("see settings", k.installed_settings(v, c, "x", None).await.map(drop)),
        ("add an app", k.add_app(v, c, HELLO).await.map(drop)),
        ("edit an app", k.edit_app(v, c, &app, HELLO).await),
        ("delete an app", k.delete_app(v, c, &app).await),
        ("add a favourite", k.add_favorite_app(v, c, &app).await),
        ("add a favourite manifest", k.add_favorite_manifest(v, c, HELLO).await.map(drop)),
        ("delete a favourite", k.delete_favorite_app(v, c, &app).await),
        ("read the console", k.read_console(v, c).await.map(drop)),
        ("write to the console", k.write_console(v, c, "x").await),
        ("clear the console", k.clear_console(v, c).await),
    ];
    let done: Vec<_> = all.iter().filter(|(_, done)| !matches!(done, Err(Error::Forbidden(_)))).collect();
    assert!(done.is_empty(), "{done:?}");
}
