//! What is deployed and the archives that it came from: kept in both databases.

use std::io::Write;

use keyrack_domain::environments::{Description, FileLocation, Hooks, NewDeployment, NodeChoice};
use keyrack_domain::types::environments::EnvStatus;
use keyrack_domain::uploads::Upload;

use super::{House, web};
use crate::test_domain::{TestDomain, client, on_both};

async fn upload(house: &House, content: &str) -> Upload {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("index.html", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(content.as_bytes()).unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    let mut receiving = house.keyrack.uploads.receive(&house.owner, "app.war").await.unwrap();
    for piece in bytes.chunks(7) {
        receiving.write(piece).await.unwrap();
    }
    let received = receiving.finish().await.unwrap();
    house.keyrack.uploads.keep(&house.owner, &client(), &received).await.unwrap()
}

fn new(archive: &Upload) -> NewDeployment {
    NewDeployment {
        environment: "a".into(),
        group: None,
        context: "ROOT".into(),
        archive: archive.address("http://localhost"),
        name: None,
        hooks: Hooks::default(),
    }
}

on_both! {
async fn what_is_deployed_survives_the_server(bed: TestDomain) {
    let house = House::on(bed).await;
    house.create(web("a")).await;
    let (keyrack, owner) = (house.keyrack.clone(), house.owner.clone());
    let archive = upload(&house, "first").await;
    let address = archive.address("http://localhost");
    let kept = keyrack.uploads.register_archive(&owner, &client(), &address, Some("shop.war"), "nightly").await.unwrap();
    assert_eq!(keyrack.uploads.archives(&owner).await.unwrap(), std::slice::from_ref(&kept));
    for _ in 0..2 {
        keyrack.environments.deploy(&owner, &client(), new(&archive)).await.unwrap();
    }
    let copy = keyrack.environments.clone_environment(&owner, &client(), "a", "b").await.unwrap();
    copy.finished().await.unwrap();
    keyrack.uploads.delete_archive(&owner, &client(), kept.id).await.unwrap();
    let house = house.restarted().await;
    for name in ["a", "b"] {
        house.until_status(name, EnvStatus::Running).await;
        let environment = house.get(name).await;
        assert_eq!(environment.layers[0].deployments[0].archive, "shop.war");
        let place = FileLocation { environment: name.into(), choice: NodeChoice::Only, masters_only: false };
        assert_eq!(house.keyrack.environments.read_file(&owner, &client(), &place, "www/index.html").await.unwrap(), "first");
    }
    house.keyrack.environments.stop_all().await;
}

async fn an_environment_is_exported_and_imported(bed: TestDomain) {
    let house = House::on(bed).await;
    house.create(web("a")).await;
    let (keyrack, owner) = (house.keyrack.clone(), house.owner.clone());
    let mut description = keyrack.environments.describe(&owner, "a").await.unwrap();
    assert_eq!(description, Description { spec: web("a"), ..Description::default() });
    let export = keyrack.environments.export(&owner, &client(), "a", "keyrack: 1").await.unwrap();
    let manifest = keyrack.environments.export_manifest(&owner, &client(), "a", export.id).await.unwrap();
    assert_eq!(manifest, "keyrack: 1");
    description.spec.name = Some("b".into());
    let made = keyrack.environments.import(&owner, &client(), description).await.unwrap();
    assert_eq!((made.name.as_str(), made.status), ("b", EnvStatus::Running));
    assert_eq!(keyrack.environments.exports(&owner, "a").await.unwrap(), std::slice::from_ref(&export));
    keyrack.environments.delete_export(&owner, &client(), "a", export.id).await.unwrap();
    keyrack.environments.stop_all().await;
}

async fn a_key_is_kept_once(bed: TestDomain) {
    let (keyrack, owner) = (bed.keyrack.clone(), bed.owner().await);
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICtdmoZLXmXVmVKPHqzvEaDX6qNEQVVKbIiJUuzGtQXL";
    let kept = keyrack.accounts.add_ssh_key(&owner, &client(), "Laptop", key).await.unwrap();
    let again = keyrack.accounts.add_ssh_key(&owner, &client(), "Other", key).await.unwrap_err();
    assert!(matches!(again, keyrack_domain::Error::SshKeyExists(_)), "{again}");
    assert_eq!(keyrack.accounts.ssh_keys(&owner).await.unwrap(), std::slice::from_ref(&kept));
    keyrack.accounts.delete_ssh_key(&owner, &client(), kept.id).await.unwrap();
}
}
