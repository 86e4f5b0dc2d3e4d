//! The wall around the environments that a token is limited to: what lies beyond is not there, through every door of the domain.

use std::collections::BTreeSet;
use std::sync::Arc;

use keyrack_domain::accounts::SessionKind;
use keyrack_domain::caller::{Caller, Right};
use keyrack_domain::denied::Denied;
use keyrack_domain::environments::{ActionFilter, FileLocation, GroupChange, NodeChoice};
use keyrack_domain::marketplace::InstallRequest;
use keyrack_domain::scheduler::NewTask;
use keyrack_domain::tokens::{LimitsChange, NewToken, Scope, TokenChange};
use keyrack_domain::types::audit::AuditFilter;
use keyrack_domain::types::methods::ApiSet;
use keyrack_domain::types::token_limits::{Environments, TokenLimits};
use keyrack_domain::types::tokens::NewSecret;
use keyrack_domain::{Error, Keyrack, Result};

use crate::environments::{House, web};
use crate::test_domain::{GET, STOP, TestDomain, client, new_token, on_both};

const NAMES: [&str; 4] = ["blog", "docs", "secret", "shop"];

fn chosen(names: &[&str]) -> Environments {
    Environments::Chosen(names.iter().map(ToString::to_string).collect())
}

fn limited_to(names: &[&str], may_create: bool) -> TokenLimits {
    TokenLimits { environments: chosen(names), may_create, ..TokenLimits::default() }
}

async fn token(bed: &TestDomain, limits: TokenLimits) -> NewSecret {
    let owner = bed.owner().await;
    bed.token(&owner, NewToken { limits, ..new_token("t", &[STOP, GET]) }).await
}

async fn caller(bed: &TestDomain, made: &NewSecret) -> Arc<Caller> {
    bed.keyrack.accounts.identify(&made.secret, &client()).await.unwrap()
}

async fn narrow(bed: &TestDomain, made: &NewSecret, environments: Environments) {
    let owner = bed.owner().await;
    let limits = LimitsChange { environments: Some(environments), ..LimitsChange::default() };
    let change = TokenChange { limits, ..TokenChange::default() };
    bed.keyrack.tokens.edit(&bed.confirmed(&owner).await, made.token.id, None, &change).await.unwrap();
}

/// Environments of one node each, put into the database with everything that can belong to one.
async fn furnish(bed: &TestDomain) {
    let account = bed.owner().await.account;
    for (number, name) in NAMES.iter().enumerate() {
        bed.execute(&format!(
            "INSERT INTO environments (account_id, creator_id, name, appid, status, wanted, created_at) \
             VALUES ({account}, 1, '{name}', 'appid-of-{name}', 2, 'stopped', 0); \
             INSERT INTO nodes (environment_id, node_group, node_type, image, tag, is_master, fixed_cloudlets, flexible_cloudlets, port, spec) \
             SELECT id, 'cp', 'docker', 'keyrack/web', 'latest', 1, 0, 8, {}, '{{}}' FROM environments WHERE name = '{name}'; \
             INSERT INTO actions (account_id, user_id, kind, environment, title, state, started_at, environment_id) \
             SELECT account_id, 1, 'environment.stop', name, 'Stopping {name}', 'done', 1, id FROM environments WHERE name = '{name}'; \
             INSERT INTO installations (account_id, user_id, unique_name, environment_id, manifest, created_at) \
             SELECT account_id, 1, 'installed-in-{name}', id, 'type: update\nname: x\nonInstall: {{log: a}}', 0 FROM environments WHERE name = '{name}'; \
             INSERT INTO exports (environment_id, user_id, manifest, created_at) SELECT id, 1, '{name}', 0 FROM environments WHERE name = '{name}'; \
             INSERT INTO tasks (account_id, user_id, environment_id, schedule, method, created_at) \
             SELECT account_id, 1, id, '* * * * *', '{STOP}', 0 FROM environments WHERE name = '{name}'",
            30_000 + number
        ))
        .await
        .unwrap();
    }
    bed.execute(&format!(
        "INSERT INTO actions (account_id, user_id, kind, title, state, started_at) VALUES ({account}, 1, 'marketplace.install', 'Installing', 'done', 1); \
         INSERT INTO installations (account_id, user_id, unique_name, manifest, created_at) VALUES ({account}, 1, 'of-the-account', 'x', 0); \
         INSERT INTO tasks (account_id, user_id, schedule, method, created_at) VALUES ({account}, 1, '* * * * *', '{STOP}', 0)"
    ))
    .await
    .unwrap();
}

/// Everything that a caller finds, by every way.
async fn found(keyrack: &Keyrack, caller: &Caller) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let environments = keyrack.environments.list(caller).await.unwrap();
    found.extend(environments.iter().map(|environment| format!("listed {}", environment.name)));
    for name in NAMES {
        for written in [name.to_owned(), name.to_uppercase(), format!("{name}.localhost"), format!("appid-of-{name}")] {
            match keyrack.environments.get(caller, &written).await {
                Ok(environment) => {
                    assert_eq!(environment.name, name);
                    found.insert(format!("named {written}"));
                }
                Err(error) => assert_eq!(error.to_string(), Error::NoEnvironment(written).to_string()),
            }
        }
        for export in keyrack.environments.exports(caller, name).await.unwrap_or_default() {
            found.insert(format!("export {} of {name}", export.id));
        }
        if let Ok(installation) = keyrack.marketplace.installation(caller, &format!("installed-in-{name}")).await {
            found.insert(format!("installation {}", installation.unique_name));
        }
    }
    let actions = keyrack.environments.actions(caller, ActionFilter::default()).await.unwrap();
    for action in &actions {
        assert_eq!(keyrack.environments.action(caller, action.id.0).await.unwrap(), *action);
    }
    found.extend(actions.into_iter().map(|action| format!("action {}", action.title)));
    found.extend(
        keyrack
            .marketplace
            .installations(caller)
            .await
            .unwrap()
            .into_iter()
            .map(|one| format!("installed {}", one.unique_name)),
    );
    found.extend(
        keyrack
            .scheduler
            .list(caller)
            .await
            .unwrap()
            .into_iter()
            .map(|task| format!("task {} of {:?}", task.id, task.environment)),
    );
    found
}

/// A refusal that says nothing more than it says of a thing that is not there.
fn same<T: std::fmt::Debug>(beyond: Result<T>, missing: Result<T>, written: (&str, &str)) {
    let (beyond, missing) = (beyond.unwrap_err(), missing.unwrap_err());
    assert_eq!(beyond.to_string().replace(written.0, written.1), missing.to_string());
    assert_eq!(std::mem::discriminant(&beyond), std::mem::discriminant(&missing));
}

fn is_denied<T>(result: Result<T>) -> bool {
    matches!(result, Err(Error::Denied(Denied::Reach)))
}

fn each_minute() -> NewTask {
    NewTask { schedule: "* * * * *".into(), method: STOP.into(), params: None, description: String::new() }
}

on_both! {
    async fn what_is_beyond_the_reach_of_a_token_is_not_found_by_any_way(bed: TestDomain) {
        furnish(&bed).await;
        let keyrack = &bed.keyrack;
        let owner = found(keyrack, &*bed.owner().await).await;
        assert_eq!(owner.iter().filter(|one| one.contains("secret")).count(), 9, "{owner:#?}");
        assert!(owner.contains("action Installing") && owner.contains("installed of-the-account"), "{owner:#?}");
        let made = token(&bed, limited_to(&["shop", "BLOG"], false)).await;
        let reached = found(keyrack, &*caller(&bed, &made).await).await;
        let expected: BTreeSet<_> = owner.iter().filter(|one| one.contains("shop") || one.contains("blog")).cloned().collect();
        let with_case: BTreeSet<_> = owner.iter().filter(|one| one.contains("SHOP") || one.contains("BLOG")).cloned().collect();
        assert_eq!(reached, &expected | &with_case);
        let nothing = token(&bed, limited_to(&[], true)).await;
        assert_eq!(found(keyrack, &*caller(&bed, &nothing).await).await, BTreeSet::new());
        let all = token(&bed, TokenLimits::default()).await;
        assert_eq!(found(keyrack, &*caller(&bed, &all).await).await, owner);
    }

    async fn narrowing_never_lets_a_token_find_more(bed: TestDomain) {
        furnish(&bed).await;
        let made = token(&bed, TokenLimits::default()).await;
        let of = |bits: usize| NAMES.iter().enumerate().filter(|(at, _)| bits & (1 << at) != 0).map(|(_, name)| *name).collect::<Vec<_>>();
        let mut before = found(&bed.keyrack, &*caller(&bed, &made).await).await;
        let all = before.clone();
        // Every environment goes once, in an order that the seed says, and comes back once.
        for seed in [0b0110_usize, 0b1001, 0b0011] {
            for bits in [0b1111, seed, seed & (seed - 1), 0] {
                narrow(&bed, &made, chosen(&of(bits))).await;
                let now = found(&bed.keyrack, &*caller(&bed, &made).await).await;
                assert!(now.is_subset(&before), "{bits:b}: {:?}", now.difference(&before));
                let beyond = NAMES.iter().filter(|name| !of(bits).contains(name));
                for name in beyond {
                    assert!(!now.iter().any(|one| one.to_lowercase().contains(name)), "{name}: {now:?}");
                }
                before = now;
            }
            before = all.clone();
        }
    }

    async fn what_names_a_thing_beyond_the_reach_is_refused_as_for_one_that_is_not_there(bed: TestDomain) {
        furnish(&bed).await;
        let (keyrack, client) = (&bed.keyrack, client());
        let owner = bed.owner().await;
        let made = token(&bed, limited_to(&["shop"], true)).await;
        let token = caller(&bed, &made).await;
        let before = found(keyrack, &owner).await;
        let id = |kind: &str| before.iter().find(|one| one.starts_with(kind) && one.contains("secret")).unwrap().clone();
        let number = |text: String| text.split(' ').nth(1).unwrap().parse::<i64>().unwrap();
        let (export, task) = (number(id("export")), number(id("task")));
        let actions = keyrack.environments.actions(&owner, ActionFilter::default()).await.unwrap();
        let action = actions.iter().find(|action| action.title.contains("secret")).unwrap().id.0;
        let unknown = 999_999;
        let (export_text, task_text, action_text, unknown_text) = (export.to_string(), task.to_string(), action.to_string(), unknown.to_string());
        let environments = &keyrack.environments;
        same(environments.action(&token, action).await, environments.action(&token, unknown).await, (&action_text, &unknown_text));
        same(environments.exports(&token, "secret").await, environments.exports(&token, "nothin").await, ("secret", "nothin"));
        same(environments.delete_export(&token, &client, "shop", export).await, environments.delete_export(&token, &client, "shop", unknown).await, (&export_text, &unknown_text));
        same(environments.export_manifest(&token, &client, "shop", export).await, environments.export_manifest(&token, &client, "shop", unknown).await, (&export_text, &unknown_text));
        same(keyrack.scheduler.edit(&token, &client, task, each_minute()).await, keyrack.scheduler.edit(&token, &client, unknown, each_minute()).await, (&task_text, &unknown_text));
        same(keyrack.scheduler.delete(&token, &client, &[task]).await, keyrack.scheduler.delete(&token, &client, &[unknown]).await, (&task_text, &unknown_text));
        same(keyrack.scheduler.create(&token, &client, Some("secret"), each_minute()).await, keyrack.scheduler.create(&token, &client, Some("nothin"), each_minute()).await, ("secret", "nothin"));
        let market = &keyrack.marketplace;
        same(market.uninstall(&token, &client, "installed-in-secret", true).await, market.uninstall(&token, &client, "installed-in-nothin", true).await, ("secret", "nothin"));
        same(market.installed_settings(&token, &client, "installed-in-secret", None).await, market.installed_settings(&token, &client, "installed-in-nothin", None).await, ("secret", "nothin"));
        same(market.uninstall(&token, &client, "of-the-account", true).await, market.uninstall(&token, &client, "of-the-nothing", true).await, ("account", "nothing"));
        // A node of another environment is none of this one.
        let node = environments.get(&owner, "secret").await.unwrap().nodes().next().unwrap().id.0;
        let nodes = |node: i64| {
            let environments = environments.clone();
            let token = token.clone();
            async move { environments.configured_nodes(&token, "shop", &NodeChoice::Ids(vec![node])).await }
        };
        same(nodes(node).await, nodes(unknown).await, (&node.to_string(), &unknown_text));
        let place = FileLocation { environment: "appid-of-secret".into(), choice: NodeChoice::Only, masters_only: false };
        let nowhere = FileLocation { environment: "appid-of-nothin".into(), ..place.clone() };
        same(environments.favorites(&token, &place).await, environments.favorites(&token, &nowhere).await, ("secret", "nothin"));
        assert_eq!(found(keyrack, &owner).await, before, "nothing has changed");
    }

    async fn what_acts_on_the_account_is_refused_by_the_domain_itself(bed: TestDomain) {
        furnish(&bed).await;
        let (keyrack, client) = (&bed.keyrack, client());
        let made = token(&bed, limited_to(&["shop"], true)).await;
        let token = caller(&bed, &made).await;
        let environments = &keyrack.environments;
        assert!(is_denied(environments.groups(&token, None).await));
        assert!(is_denied(environments.change_groups(&token, &client, "shop", GroupChange::Attach, &["g".to_owned()]).await));
        assert!(is_denied(environments.create_group(&token, &client, "g", None, Some("shop")).await));
        assert!(is_denied(environments.remove_group(&token, &client, "g").await));
        assert!(is_denied(keyrack.uploads.archives(&token).await));
        assert!(is_denied(keyrack.uploads.delete_archive(&token, &client, 1).await));
        assert!(is_denied(keyrack.scheduler.create(&token, &client, None, each_minute()).await));
        assert!(is_denied(keyrack.tokens.list(&token).await));
        assert!(is_denied(keyrack.members.list(&token).await));
        assert!(is_denied(keyrack.audit.page(&token, &AuditFilter::default(), None).await));
        assert!(is_denied(keyrack.audit.export(&token, &AuditFilter::default())));
        // A manifest that names no environment would be the account's, and groups are, too.
        let logs = "type: install\nname: x\nonInstall: {log: a}";
        assert!(is_denied(keyrack.marketplace.install(&token, &client, logs, InstallRequest::default()).await.map(drop)));
        let grouped = "type: install\nname: x\nnodes: {image: keyrack/web, nodeGroup: cp}\nenvGroups: g";
        assert!(is_denied(keyrack.marketplace.install(&token, &client, grouped, InstallRequest::default()).await.map(drop)));
        let makes_none = self::token(&bed, limited_to(&["shop"], false)).await;
        let makes_none = caller(&bed, &makes_none).await;
        let site = "type: install\nname: x\nnodes: {image: keyrack/web, nodeGroup: cp}";
        assert!(is_denied(keyrack.marketplace.install(&makes_none, &client, site, InstallRequest::default()).await.map(drop)));
        assert!(is_denied(environments.create(&makes_none, &client, web("new")).await.map(drop)));
        assert!(is_denied(environments.clone_environment(&makes_none, &client, "shop", "new").await.map(drop)));
        assert_eq!(environments.list(&*bed.owner().await).await.unwrap().len(), NAMES.len());
    }

    async fn an_upload_is_found_by_the_token_that_sent_it(bed: TestDomain) {
        furnish(&bed).await;
        let account = bed.owner().await.account;
        let (one, other) = (token(&bed, limited_to(&["shop"], false)).await, token(&bed, limited_to(&["shop"], false)).await);
        let keys = ["0".repeat(32), "1".repeat(32)];
        for (key, sender) in [(&keys[0], one.token.id.to_string()), (&keys[1], "NULL".to_owned())] {
            bed.execute(&format!(
                "INSERT INTO uploads (account_id, user_id, file_key, name, size, created_at, token_id) VALUES ({account}, 1, '{key}', 'a.zip', 1, 0, {sender})"
            ))
            .await
            .unwrap();
        }
        let address = |key: &str| format!("/deploy/archives/{key}/a.zip");
        let uploads = &bed.keyrack.uploads;
        let (one, other) = (caller(&bed, &one).await, caller(&bed, &other).await);
        uploads.at(&one, &address(&keys[0])).await.unwrap();
        uploads.at(&*bed.owner().await, &address(&keys[0])).await.unwrap();
        let missing = "2".repeat(32);
        for (caller, key) in [(&one, &keys[1]), (&other, &keys[0]), (&other, &keys[1])] {
            same(uploads.at(caller, &address(key)).await, uploads.at(caller, &address(&missing)).await, (key, &missing));
        }
    }

    async fn an_action_names_neither_a_namesake_nor_what_a_copy_was_made_from(bed: TestDomain) {
        furnish(&bed).await;
        bed.execute(
            "UPDATE actions SET source_id = (SELECT id FROM environments WHERE name = 'secret'), title = 'Cloning secret to shop' WHERE environment = 'shop'; \
             INSERT INTO actions (account_id, user_id, kind, environment, title, state, started_at, environment_id) \
             SELECT account_id, 1, 'environment.stop', 'shop', 'Stopping the shop before', 'done', 1, 4711 FROM environments WHERE name = 'shop'",
        )
        .await
        .unwrap();
        let made = token(&bed, limited_to(&["shop"], false)).await;
        let actions = bed.keyrack.environments.actions(&*caller(&bed, &made).await, ActionFilter::default()).await.unwrap();
        assert_eq!(actions, []);
        narrow(&bed, &made, chosen(&["secret", "shop"])).await;
        let actions = bed.keyrack.environments.actions(&*caller(&bed, &made).await, ActionFilter::default()).await.unwrap();
        assert_eq!(actions.iter().map(|action| action.title.as_str()).collect::<Vec<_>>(), ["Cloning secret to shop", "Stopping secret"]);
    }

    async fn a_session_that_a_token_opened_reaches_no_further(bed: TestDomain) {
        furnish(&bed).await;
        let owner = bed.owner().await;
        let limits = limited_to(&["shop"], false);
        let made = bed.token(&owner, NewToken { scope: Scope::Set(ApiSet::ExtendedAccess), limits, ..new_token("t", &[]) }).await;
        for kind in [SessionKind::Browser, SessionKind::Api] {
            let session = bed.keyrack.accounts.sign_in_with_token(&made.secret, &client(), kind).await.unwrap();
            let reached = found(&bed.keyrack, &session.caller).await;
            assert!(reached.contains("listed shop") && !reached.iter().any(|one| one.contains("secret")), "{reached:?}");
            let overview = bed.keyrack.environments.overview(&session.caller).await.unwrap();
            assert_eq!((overview.environments.len(), overview.tasks.len()), (1, 1));
            assert!(is_denied(bed.keyrack.tokens.list(&session.caller).await));
            assert!(is_denied(bed.keyrack.audit.page(&session.caller, &AuditFilter::default(), None).await));
        }
    }

    async fn a_long_call_ends_when_its_token_is_narrowed_and_not_when_an_environment_is_deleted(bed: TestDomain) {
        furnish(&bed).await;
        let made = token(&bed, limited_to(&["shop", "blog", "docs"], false)).await;
        let began = caller(&bed, &made).await;
        let accounts = &bed.keyrack.accounts;
        let snapshot = accounts.auth_snapshot(&began).await.unwrap();
        bed.execute("DELETE FROM environments WHERE name = 'docs'").await.unwrap();
        accounts.recheck(&began, &snapshot, Right::Operate).await.unwrap();
        narrow(&bed, &made, chosen(&["shop"])).await;
        let refused = accounts.recheck(&began, &snapshot, Right::Operate).await.unwrap_err();
        assert!(matches!(refused, Error::Forbidden(_)), "{refused}");
        // And whatever it asks for next, it finds no more than its token does now.
        assert!(matches!(bed.keyrack.environments.get(&began, "blog").await, Err(Error::NoEnvironment(_))));
    }

    async fn what_a_token_creates_joins_its_reach_and_what_is_deleted_leaves_it(bed: TestDomain) {
        let house = House::on(bed).await;
        house.create(web("secret")).await;
        let (bed, environments, client) = (&house.bed, &house.keyrack.environments, client());
        let made = token(bed, limited_to(&[], true)).await;
        let reach = async || {
            let owner = bed.owner().await;
            house.bed.keyrack.tokens.list(&owner).await.unwrap().tokens.remove(0).limits.environments
        };
        let began = caller(bed, &made).await;
        environments.create(&began, &client, web("mine")).await.unwrap().finished().await.unwrap();
        // The very call that made it goes on to work with it.
        environments.get(&began, "mine").await.unwrap();
        environments.clone_environment(&began, &client, "mine", "copy").await.unwrap().finished().await.unwrap();
        assert_eq!(reach().await, chosen(&["copy", "mine"]));
        let taken = environments.create(&began, &client, web("secret")).await.unwrap_err().to_string();
        assert_eq!(taken, "the name “secret” is taken by another environment");
        assert!(matches!(environments.clone_environment(&began, &client, "secret", "other").await, Err(Error::NoEnvironment(_))));
        let titles: Vec<_> = environments.actions(&began, ActionFilter::default()).await.unwrap().into_iter().map(|action| action.title).collect();
        assert_eq!(titles, ["Cloning mine to copy", "Creating mine"]);
        environments.delete(&began, &client, "mine").await.unwrap();
        assert_eq!(reach().await, chosen(&["copy"]));
        house.create(web("mine")).await;
        assert!(matches!(environments.get(&*caller(bed, &made).await, "mine").await, Err(Error::NoEnvironment(_))), "a namesake");
        // What was begun before the token lost the right makes nothing.
        let change = LimitsChange { may_create: Some(false), ..LimitsChange::default() };
        let change = TokenChange { limits: change, ..TokenChange::default() };
        house.keyrack.tokens.edit(&bed.confirmed(&bed.owner().await).await, made.token.id, None, &change).await.unwrap();
        assert!(is_denied(environments.create(&began, &client, web("late")).await.map(drop)));
        assert_eq!(environments.list(&house.owner).await.unwrap().len(), 3);
        environments.stop_all().await;
    }

    async fn a_manifest_carries_the_reach_of_who_installs_it_through_its_steps(bed: TestDomain) {
        let house = House::on(bed).await;
        house.create(web("secret")).await;
        let (bed, client) = (&house.bed, client());
        let made = token(bed, limited_to(&[], true)).await;
        let began = caller(bed, &made).await;
        let site = "type: install\nname: Site\nnodes: {image: keyrack/web, nodeGroup: cp, displayName: Front}\n\
            onInstall: [{environment.control.SetEnvDisplayName: {displayName: Mine}}]\nactions: {group: {environment.control.AttachEnvGroup: {envGroup: g}}}";
        let named = |name: &str| InstallRequest { environment: Some(name.into()), ..InstallRequest::default() };
        let market = &house.keyrack.marketplace;
        let done = market.install(&began, &client, site, named("mine")).await.unwrap();
        assert_eq!(done.environment.unwrap().display_name, "Mine");
        let actions = house.keyrack.environments.actions(&began, ActionFilter::default()).await.unwrap();
        assert!(actions.iter().any(|action| action.title == "Installing Site"), "{actions:?}");
        let grouped = market.execute_app_action(&began, &client, &done.unique_name, Some("group"), serde_json::Map::new()).await.map(drop);
        assert!(grouped.unwrap_err().to_string().contains("limited to environments"));
        let update = "type: update\nname: x\nonInstall: {environment.control.SetEnvDisplayName: {displayName: Taken}}";
        let beyond = market.install(&began, &client, update, named("secret")).await.map(drop);
        let missing = market.install(&began, &client, update, named("nothin")).await.map(drop);
        same(beyond, missing, ("secret", "nothin"));
        assert_eq!(house.get("secret").await.display_name, "secret");
        house.keyrack.environments.stop_all().await;
    }
}
