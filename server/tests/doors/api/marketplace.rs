//! `marketplace`: manifests installed over HTTP, with real processes; what they did is looked at from outside.

use serde_json::{Value, json};

use super::members::invite_as;
use crate::support::{EMAIL, PASSWORD, Server, TestClient};

async fn done(caller: &TestClient<'_>, method: &str, params: &[(&str, &str)]) -> Value {
    let answer = caller.post(method, params).await;
    assert_eq!(answer["result"], 0, "{method}: {answer}");
    answer
}

async fn install(caller: &TestClient<'_>, jps: &str, params: &[(&str, &str)]) -> Value {
    let mut all = vec![("jps", jps)];
    all.extend(params);
    caller.post("marketplace.jps.Install", &all).await
}

async fn page(url: &str) -> String {
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

async fn console(caller: &TestClient<'_>) -> String {
    done(caller, "marketplace.console.ReadLog", &[]).await["body"].as_str().unwrap().to_owned()
}

async fn environments(caller: &TestClient<'_>) -> Vec<String> {
    let envs = done(caller, "environment.control.GetEnvs", &[]).await;
    let infos = envs["infos"].as_array().unwrap();
    infos.iter().map(|info| info["env"]["envName"].as_str().unwrap().to_owned()).collect()
}

const SHOP: &str = r#"
type: install
name: Shop
id: shop
version: 1.2
baseUrl: https://example.org/shop
settings:
  fields:
  - {name: greeting, type: string, default: "Hello ${user.email}"}
  - {name: nodes, type: spinner, default: 1}
  - {name: secret, type: string, inputType: password, required: true}
globals:
  pass: ${fn.password(20)}
  where: ${env.envName}/${nodes.cp.master.id}
nodes:
- nodeGroup: cp
  image: keyrack/web
  tag: 2
  count: ${settings.nodes}
  cloudlets: 4
  displayName: Front ${settings.nodes}
  volumes: [/data]
  env: {GREETING: "${settings.greeting}"}
envGroups: [shops, shops/berlin]
onInstall:
- log: begun ${globals.where}
- cmd [cp]:
  - cd data
  - echo "${settings.greeting} $GREETING ${HOME:+home}" > greeting
- writeFile:
    path: www/index.html
    body: "<p>${globals.pass}</p>"
  nodeGroup: cp
- cmd [${nodes.cp.id}]: cat data/greeting
- setGlobals: {told: "${response.out}"}
- shout [cp]: {word: loud}
- env.control.AddContainerEnvVars [cp]: {vars: {ADDED: "${globals.told.toBase64()}"}}
- restartNodes [cp]
onUninstall:
- cmd [cp]: rm data/greeting
actions:
  shout:
    appendFile:
      path: data/shouts
      body: "${this.word} ${settings.greeting}\n"
    log: shouted ${this.word}
success:
  email: false
  text: "**${settings.greeting}** at ${env.url} (${globals.told})"
startPage: ${env.url}/index.html
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_makes_an_environment_and_everything_that_it_says_is_so() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let token = server.token("marketplace.jps.Install").await;
    let settings = json!({ "greeting": "Hi", "nodes": 2, "secret": "s3cret-value" }).to_string();
    let answer = install(&token, SHOP, &[("settings", &settings), ("envName", "shop"), ("envGroups", "all")]).await;
    assert_eq!((&answer["result"], &answer["response"]["result"]), (&json!(0), &json!(0)), "{answer}");
    let nodes = answer["response"]["nodes"].as_array().unwrap();
    assert_eq!((nodes.len(), &answer["response"]["env"]["status"]), (2, &json!(1)));
    assert_eq!(answer["response"]["envGroups"], json!(["all", "shops", "shops/berlin"]));
    assert_eq!(
        (&nodes[0]["displayName"], &nodes[1]["customitem"]["dockerVolumes"]),
        (&json!("Front 2"), &json!(["/data"]))
    );
    let url = nodes[0]["url"].as_str().unwrap();
    assert_eq!(answer["successText"], format!("**Hi** at {url} (Hi Hi home)"));
    assert_eq!(answer["startPage"], format!("{url}/index.html"));
    assert_eq!((&answer["action"], &answer["appid"]), (&json!("install"), &answer["response"]["env"]["appid"]));
    // What it did, seen from outside.
    let (first, second) = (page(url).await, page(nodes[1]["url"].as_str().unwrap()).await);
    let password = first.trim().strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>")).unwrap();
    assert!(password.len() == 20 && password.chars().all(|c| c.is_ascii_alphanumeric()) && first == second, "{first}");
    let facts = page(&format!("{url}/.keyrack")).await;
    assert!(facts.contains("<dt>ADDED</dt><dd>SGkgSGkgaG9tZQ==</dd>"), "{facts}");
    let folder = server.keyrack.settings().data.join("nodes").join(nodes[1]["id"].to_string());
    assert_eq!(std::fs::read_to_string(folder.join("data/greeting")).unwrap(), "Hi Hi home\n");
    assert_eq!(std::fs::read_to_string(folder.join("data/shouts")).unwrap(), "loud Hi\n");
    let log = console(&owner).await;
    assert!(
        log.contains(&format!("Shop: begun shop/{}", nodes[0]["id"])) && log.contains("Shop: shouted loud"),
        "{log}"
    );
    // Its later life.
    let unique = answer["uniqueName"].as_str().unwrap();
    let at = ("appUniqueName", unique);
    let info = done(&owner, "marketplace.installation.GetInfo", &[at]).await;
    assert_eq!((&info["app"]["name"], &info["app"]["envName"]), (&json!("Shop"), &json!("shop")));
    let appid = done(&owner, "marketplace.installation.GetEnvAppid", &[at]).await;
    assert_eq!(appid["appid"], answer["appid"]);
    let settings = done(&owner, "marketplace.installation.GetSettings", &[at]).await;
    assert_eq!(settings["settings"]["fields"][0]["value"], "Hi");
    let nested = done(&owner, "marketplace.jps.GetAppSettings", &[at]).await;
    assert_eq!(nested["response"]["settings"], settings["settings"]);
    assert!(!settings.to_string().contains("s3cret-value"), "{settings}");
    let again =
        done(&owner, "marketplace.jps.ExecuteAppAction", &[at, ("params", r#"{"word":"twice","nodeGroup":"cp"}"#)])
            .await;
    assert_eq!(again["action"], "executeAction");
    assert_eq!(std::fs::read_to_string(folder.join("data/shouts")).unwrap(), "loud Hi\ntwice Hi\n");
    let named = [at, ("action", "Shout"), ("params", r#"{"word":"thrice"}"#)];
    assert_eq!(owner.code("marketplace.installation.ExecuteAction", &named).await, 3, "nobody said on which nodes");
    let list = done(&owner, "marketplace.installation.GetList", &[("search", "SHO")]).await;
    assert_eq!((&list["response"]["total"], &list["response"]["apps"][0]["uniqueName"]), (&json!(1), &json!(unique)));
    done(&owner, "marketplace.jps.Uninstall", &[at]).await;
    assert!(!folder.join("data/greeting").exists() && environments(&owner).await == ["shop"]);
    assert_eq!(owner.code("marketplace.installation.GetInfo", &[at]).await, 4);
    // The tasks panel and the audit log.
    let actions = done(&owner, "environment.tracking.GetUidActions", &[]).await.to_string();
    assert!(actions.contains("Installing Shop") && actions.contains("Uninstalling Shop"), "{actions}");
    let audit = server.audit().await.join("\n");
    for entry in [
        "marketplace.install",
        "environment.create",
        "node.execute",
        "file.write",
        "variables.add",
        "marketplace.uninstall",
    ] {
        assert!(audit.contains(entry), "{entry}");
    }
    assert!(!audit.contains("s3cret-value") && !log.contains("s3cret-value"));
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_installed_is_refused_before_anything_is_done() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let bomb: String = (1..30).fold("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".into(), |text, level| {
        let aliases = vec![format!("*a{}", level - 1); 10].join(",");
        format!("{text}a{level}: &a{level} [{aliases}]\n")
    });
    let nodes = "type: install\nname: A\nnodes: {image: keyrack/web}\n";
    for (jps, text) in [
        ("https://example.com/manifest.jps", "fetches no URLs"),
        (bomb.as_str(), "not YAML"),
        ("type: install\nname: A", "does nothing"),
        (
            &format!("{nodes}onInstall:\n- log: a\n- script: return 1\n- mount: x"),
            "onInstall[1].script: this server does not know the action “script”; it knows log, cmd",
        ),
        (&format!("{nodes}onInstall:\n- api: environment.control.DeleteEnv"), "onInstall[0].api:"),
        (&format!("{nodes}onBeforeDelete: {{log: a}}"), "onBeforeDelete:"),
        (&format!("{nodes}onInstall: {{cmd: ls}}"), "onInstall.cmd: it has to be told the nodes"),
        (&format!("{nodes}globals: {{a: '${{fn.nosuch}}'}}"), "fn.nosuch"),
        (&format!("{nodes}settings: {{fields: [{{name: a, required: true}}]}}"), "settings.a: it is required"),
        ("type: install\nname: A\nnodes: {image: no/such}", "no/such"),
        (
            "type: install\nname: A\nnodes: [{image: keyrack/web, count: '${settings.n}'}]\nsettings: {fields: [{name: n, default: many}]}",
            "nodes[0].count",
        ),
        ("type: install\nname: A\nonInstall:\n  cmd [cp]: ls", "onInstall.cmd [cp]: it needs an environment"),
        ("type: update\nname: A\nonInstall: {log: a}", "[envName]"),
    ] {
        let answer = install(&owner, jps, &[]).await;
        assert_eq!(answer["result"], 3, "{jps}: {answer}");
        assert!(answer["error"].as_str().unwrap().contains(text), "{text}: {answer}");
        assert_eq!(owner.code("marketplace.app.AddApp", &[("manifest", "type: x")]).await, 3);
    }
    let update = "type: update\nname: A\nonInstall: {log: a}";
    assert_eq!(install(&owner, update, &[("envName", "nosuch")]).await["result"], 11);
    for (name, value) in [("settings", "[1]"), ("settings", r#"{"a":{"b":{"c":1}}}"#), ("envName", "a b")] {
        assert_eq!(install(&owner, &format!("{nodes}success: x"), &[(name, value)]).await["result"], 3, "{name}");
    }
    assert_eq!(environments(&owner).await, Vec::<String>::new());
    let list = done(&owner, "marketplace.installation.GetList", &[]).await;
    assert_eq!(list["response"]["total"], 0);
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_on_the_way_is_told_and_the_environment_that_was_made_is_gone() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let nodes = "type: install\nname: Broken\nnodes: {image: keyrack/web, nodeGroup: cp}\nonInstall:\n- log: first\n";
    let failing = format!("{nodes}- cmd [cp]:\n  - echo seen\n  - echo no luck >&2; exit 7\n  - touch never");
    let answer = install(&owner, &failing, &[("envName", "a")]).await;
    assert_eq!(answer["result"], 4081, "{answer}");
    let text = answer["error"].as_str().unwrap();
    for part in [
        "onInstall[1].cmd [cp]: node ",
        "exit status 7: no luck",
        "the environment “a” that was made for it is deleted again",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let returning = format!("{nodes}- return: {{type: warning, message: not today}}");
    assert!(install(&owner, &returning, &[]).await["error"].as_str().unwrap().contains("not today"));
    assert_eq!(install(&owner, &format!("{nodes}- setNodeCount [cp]: 1000"), &[]).await["result"], 3);
    assert_eq!(environments(&owner).await, Vec::<String>::new());
    assert!(console(&owner).await.contains("Broken: failed: onInstall[1].cmd [cp]: node"));
    let actions = done(&owner, "environment.tracking.GetUidActions", &[]).await;
    let action = actions["array"].as_array().or(actions["actions"].as_array()).unwrap().iter();
    let failed: Vec<_> = action.filter(|action| action["action"] == "marketplace.install").collect();
    assert!(failed.len() == 3 && failed.iter().all(|action| action["status"] == "FAILED"), "{failed:?}");
    let audit = server.audit().await;
    // The operation's own entry says what failed; the refused call is counted under its code.
    for (action, says) in [(" marketplace.install ", "exit status 7"), (" api.call ", "refused: 4081 ")] {
        assert!(audit.iter().any(|line| line.contains(action) && line.contains(says)), "{action}: {audit:?}");
    }
    assert!(!audit.iter().any(|line| line.contains("no luck")), "what commands write may be secret: {audit:?}");
    assert!(failed.iter().all(|action| !action.to_string().contains("no luck")), "{failed:?}");
    // What is done to an environment that was there is not undone.
    done(&owner, "marketplace.app.Install", &[("id", "static-site"), ("envName", "site")]).await;
    let update = "type: update\nname: Half\nonInstall:\n- createFile [cp]: half\n- cmd [cp]: exit 1";
    let answer = install(&owner, update, &[("envName", "site")]).await;
    assert!(answer["error"].as_str().unwrap().contains("what was done before it stays"), "{answer}");
    assert_eq!(environments(&owner).await, ["site"]);
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_is_installed_from_and_add_ons_come_and_go() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let marketplace = owner
        .post(
            "users.authentication.CreateToken",
            &[("description", "m"), ("password", PASSWORD), ("tokenTemplate", "Marketplace")],
        )
        .await;
    let token = server.bearer(marketplace["token"]["key"].as_str().unwrap());
    let list = done(&token, "marketplace.app.GetList", &[]).await;
    assert_eq!(list["total"], 3);
    let found = done(&token, "marketplace.app.GetList", &[("search", "STATIC")]).await;
    assert_eq!((&found["total"], &found["apps"][0]["id"]), (&json!(1), &json!("static-site")));
    let info = done(&token, "marketplace.app.GetAppInfo", &[("id", "static-site")]).await;
    assert_eq!(info["settings"]["fields"][0]["name"], "title");
    let categories = done(&token, "marketplace.app.GetCategories", &[]).await;
    assert_eq!(
        categories["response"]["categories"][0],
        json!({ "id": "apps/dev-and-admin-tools", "title": "apps/dev-and-admin-tools", "total": 2 })
    );
    let settings = [("id", "static-site"), ("settings", r#"{"title":"Ada"}"#), ("envName", "site")];
    let site = done(&token, "marketplace.app.Install", &settings).await;
    let url = site["startPage"].as_str().unwrap();
    assert!(page(url).await.contains("<h1>Ada</h1>"));
    assert_eq!(site["successText"].as_str().unwrap().trim(), format!("**Ada** is served at {url}"));
    // A variable that is set, and taken back.
    let env = ("envName", "site");
    let addon = [("id", "variables"), env, ("settings", r#"{"name":"MOOD","value":"good"}"#)];
    let added = done(&token, "marketplace.app.InstallAddon", &addon).await;
    let facts = format!("{url}/.keyrack");
    assert!(page(&facts).await.contains("<dt>MOOD</dt><dd>good</dd>"));
    let addons = done(&token, "marketplace.app.GetAddonList", &[env]).await;
    assert_eq!((&addons["total"], &addons["apps"][0]["isInstalled"]), (&json!(2), &json!(true)));
    assert_eq!(addons["apps"][0]["uniqueName"], added["uniqueName"]);
    assert_eq!(addons["apps"][1]["isInstalled"], false);
    let unique = added["uniqueName"].as_str().unwrap();
    done(&token, "marketplace.installation.Uninstall", &[("appUniqueName", unique)]).await;
    assert!(!page(&facts).await.contains("MOOD"));
    // A layer that is scaled, and once more by its action.
    let scale =
        done(&token, "marketplace.app.InstallAddon", &[("id", "scale"), env, ("settings", r#"{"count":3}"#)]).await;
    assert_eq!(scale["response"]["nodes"].as_array().unwrap().len(), 3);
    let unique = [("appUniqueName", scale["uniqueName"].as_str().unwrap()), ("params", r#"{"count":1}"#)];
    let scaled = done(&token, "marketplace.installation.ExecuteAction", &unique).await;
    assert_eq!(scaled["response"]["nodes"].as_array().unwrap().len(), 1);
    assert_eq!(token.code("marketplace.app.InstallAddon", &[("id", "static-site"), env]).await, 3);
    assert_eq!(token.code("marketplace.app.Install", &[("id", "nosuch")]).await, 4);
    // More layers, and one name for all.
    let more = "type: update\nname: More\nonInstall:\n- addNodes:\n  - {nodeType: docker, nodeGroup: cache, dockerName: keyrack/web, dockerTag: 1, dockerEnvVars: {A: b}, displayName: Cache}\n- env.control.SetEnvDisplayName: {displayName: Shop}\n- return: {type: success, message: 'done with ${nodes.cache.id}'}\n- cmd [cp]: exit 1";
    let done_with = install(&token, more, &[env]).await;
    assert_eq!(done_with["result"], 0, "{done_with}");
    let nodes = done_with["response"]["nodes"].as_array().unwrap();
    assert_eq!((nodes.len(), &nodes[1]["displayName"]), (2, &json!("Cache")), "{done_with}");
    assert_eq!(done_with["successText"], format!("done with {}", nodes[1]["id"]));
    assert_eq!(done_with["data"]["env"]["displayName"], "Shop");
    // What is installed in an environment goes with it.
    done(&owner, "environment.control.DeleteEnv", &[env, ("password", PASSWORD)]).await;
    assert_eq!(done(&token, "marketplace.installation.GetList", &[]).await["response"]["total"], 0);
    server.keyrack.environments.stop_all().await;
}

#[tokio::test]
async fn manifests_of_ones_own_are_kept_changed_and_removed() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let before = done(&owner, "marketplace.app.GetChecksum", &[]).await["checksum"].clone();
    let own = r#"{"type":"install","name":"Mine","categories":["own"],"success":"for ${settings.who}","settings":{"fields":[{"name":"who","type":"string","required":true}]}}"#;
    let added = done(&owner, "marketplace.app.AddApp", &[("manifest", own)]).await;
    let id = added["appId"].as_str().unwrap();
    let after = done(&owner, "marketplace.app.GetChecksum", &[]).await["checksum"].clone();
    assert_ne!(before, after);
    let told = [("id", id), ("settings", r#"{"who":"Ada"}"#)];
    let installed = done(&owner, "marketplace.app.Install", &told).await;
    assert_eq!(installed["successText"], "for Ada");
    assert_eq!(done(&owner, "marketplace.installation.GetList", &[]).await["response"]["apps"][0]["app_id"], id);
    let refused =
        owner.post("marketplace.app.EditApp", &[("id", id), ("manifest", "type: install\nname: a\nmixins: []")]).await;
    assert_eq!(refused["result"], 3);
    assert!(refused["error"].as_str().unwrap().starts_with("invalid parameter [manifest]: mixins:"), "{refused}");
    done(&owner, "marketplace.app.EditApp", &[("id", id), ("manifest", &own.replace("Mine", "Ours"))]).await;
    assert_eq!(done(&owner, "marketplace.app.GetAppInfo", &[("id", id)]).await["app"]["name"], "Ours");
    assert_eq!(owner.code("marketplace.app.EditApp", &[("id", "scale"), ("manifest", own)]).await, 4);
    assert_eq!(owner.code("marketplace.app.DeleteApp", &[("id", "scale")]).await, 4);
    // Favourites.
    done(&owner, "marketplace.favorite.Add", &[("id", id)]).await;
    done(&owner, "marketplace.favorite.Add", &[("id", "Scale")]).await;
    let kept = done(&owner, "marketplace.favorite.AddManifest", &[("manifest", own)]).await;
    let favorites = done(&owner, "marketplace.favorite.GetList", &[]).await;
    let ids: Vec<_> = favorites["apps"].as_array().unwrap().iter().map(|app| app["id"].clone()).collect();
    assert_eq!(ids, [json!("scale"), json!(id), kept["appId"].clone()]);
    done(&owner, "marketplace.favorite.Delete", &[("id", "scale")]).await;
    assert_eq!(owner.code("marketplace.favorite.Delete", &[("id", "scale")]).await, 4);
    assert_eq!(owner.code("marketplace.favorite.Add", &[("id", "nosuch")]).await, 4);
    done(&owner, "marketplace.app.DeleteApp", &[("id", id)]).await;
    assert_eq!(done(&owner, "marketplace.favorite.GetList", &[]).await["total"], 1);
    assert_eq!(owner.code("marketplace.app.GetAppInfo", &[("id", id)]).await, 4);
    // The console.
    done(&owner, "marketplace.console.WriteLog", &[("message", "a line")]).await;
    assert_eq!(console(&owner).await, "2027-01-01 12:00:00 a line\n");
    assert_eq!(owner.code("marketplace.console.WriteLog", &[("message", &"x".repeat(4001))]).await, 3);
    done(&owner, "marketplace.console.ClearLog", &[]).await;
    assert_eq!(console(&owner).await, "");
    // Facts.
    assert_eq!(done(&owner, "marketplace.jps.GetEngineVersion", &[]).await["version"], "8.0.2");
    let appid = done(&owner, "marketplace.jps.GetScriptingAppid", &[]).await["appid"].clone();
    assert_eq!(done(&owner, "marketplace.installation.GetScriptingAppid", &[]).await["appid"], appid);
    let facts = done(&owner, "marketplace.jps.GetAppInfo", &[("jps", own)]).await;
    assert_eq!((&facts["app"]["name"], &facts["settings"]["fields"][0]["name"]), (&json!("Mine"), &json!("who")));
}

#[tokio::test]
async fn who_may_not_is_refused_and_nothing_of_others_can_be_seen() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let hello =
        r#"{"type":"install","name":"Hello","onInstall":{"log":"secret words"},"actions":{"again":{"log":"x"}}}"#;
    let installed = install(&owner, hello, &[("token", owner.credential())]).await;
    let unique = installed["uniqueName"].as_str().unwrap();
    let own = done(&owner, "marketplace.app.AddApp", &[("manifest", hello)]).await;
    let own = own["appId"].as_str().unwrap();
    let changes = [
        ("marketplace.jps.Install", ("jps", hello)),
        ("marketplace.jps.Uninstall", ("appUniqueName", unique)),
        ("marketplace.jps.ExecuteAppAction", ("appUniqueName", unique)),
        ("marketplace.jps.GetAppSettings", ("appUniqueName", unique)),
        ("marketplace.installation.ExecuteAction", ("appUniqueName", unique)),
        ("marketplace.installation.Uninstall", ("appUniqueName", unique)),
        ("marketplace.installation.GetSettings", ("appUniqueName", unique)),
        ("marketplace.app.Install", ("id", "static-site")),
        ("marketplace.app.AddApp", ("manifest", hello)),
        ("marketplace.app.DeleteApp", ("id", own)),
        ("marketplace.favorite.Add", ("id", "scale")),
        ("marketplace.favorite.AddManifest", ("manifest", hello)),
        ("marketplace.console.ReadLog", ("x", "")),
        ("marketplace.console.WriteLog", ("message", "x")),
        ("marketplace.console.ClearLog", ("x", "")),
    ];
    invite_as(&server, &owner, "viewer@example.org", "viewer").await;
    let viewer = server.session("viewer@example.org", PASSWORD).await;
    for (method, param) in changes {
        assert_eq!(viewer.code(method, &[param]).await, 8, "{method}");
    }
    assert_eq!(done(&viewer, "marketplace.installation.GetList", &[]).await["response"]["total"], 1);
    // Another account.
    server.keyrack.accounts.create_user_with_account("eve@example.org", PASSWORD).await.unwrap();
    let eve = server.session("eve@example.org", PASSWORD).await;
    for (method, param) in changes.into_iter().filter(|(_, (_, value))| [unique, own].contains(value)) {
        assert_eq!(eve.code(method, &[param]).await, 4, "{method}");
    }
    for method in ["GetInfo", "GetEnvAppid"] {
        assert_eq!(eve.code(&format!("marketplace.installation.{method}"), &[("appUniqueName", unique)]).await, 4);
    }
    assert_eq!(done(&eve, "marketplace.app.GetList", &[]).await["total"], 3);
    assert_eq!(done(&eve, "marketplace.installation.GetList", &[]).await["response"]["total"], 0);
    assert_eq!(console(&eve).await, "");
    // A token without the method, whatever it may do otherwise.
    let token = server.token("marketplace.app.GetList,environment.control.GetEnvs").await;
    assert_eq!(install(&token, hello, &[]).await["result"], 8202);
    assert!(console(&owner).await.contains("Hello: secret words"));
    let audit = server.audit().await.join("\n");
    assert!(audit.contains(EMAIL) && !audit.contains("secret words"));
}

#[tokio::test]
async fn values_of_values_stop_before_they_have_become_large() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let twice = "- setGlobals: {a: \"${globals}\", b: \"${globals}\"}\n".repeat(60);
    let this = "- set: {a: \"${this}\", b: \"${this}\"}\n".repeat(60);
    let declared: String =
        (0..60).map(|number| format!("  g{number}: [\"${{globals}}\", \"${{globals}}\"]\n")).collect();
    let long = "x".repeat(150_000);
    let many = "\"${globals.b}\", ".repeat(5000);
    let texts = format!(
        "globals:\n  a: {long}\n  b: \"${{globals.a}}${{globals.a}}${{globals.a}}\"\nonInstall:\n- setGlobals: {{c: [{many}]}}\n"
    );
    for rest in [
        format!("onInstall:\n- setGlobals: {{x: 1}}\n{twice}"),
        format!("onInstall:\n- set: {{x: 1}}\n{this}"),
        format!("globals:\n  x: 1\n{declared}onInstall: {{log: a}}"),
        texts,
    ] {
        let answer = install(&owner, &format!("type: install\nname: A\n{rest}"), &[]).await;
        assert_eq!(answer["result"], 3, "{answer}");
        let error = answer["error"].as_str().unwrap();
        assert!(
            error.contains("become larger than 4 MiB") || error.contains("can have 65536 bytes as JSON"),
            "{error}"
        );
    }
    let fine = "type: install\nname: A\nonInstall:\n- setGlobals: {x: 1}\n- setGlobals: {a: \"${globals}\"}\nsuccess: ${globals.a.x}";
    assert_eq!(install(&owner, fine, &[]).await["successText"], "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_ends_with_the_right_of_who_began_it() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let site = done(&owner, "marketplace.app.Install", &[("id", "static-site"), ("envName", "site")]).await;
    let folder = server.keyrack.settings().data.join("nodes").join(site["response"]["nodes"][0]["id"].to_string());
    invite_as(&server, &owner, "max@example.org", "manager").await;
    let max = server.session("max@example.org", PASSWORD).await;
    let uid = max.get("users.account.GetUserInfo", &[]).await["uid"].to_string();
    let long = "type: update\nname: Long\nonInstall:\n\
                - cmd [cp]: touch begun; while [ ! -e go ]; do sleep 0.05; done\n- createFile [cp]: after";
    let password = ("password", PASSWORD);
    for (change, code) in [("DeleteTokens", 702), ("RegenerateToken", 702), ("EditToken", 8), ("EditMember", 8)] {
        let caller = match change {
            "EditMember" => max.clone(),
            _ => server.token("marketplace.jps.Install environment.control.GetEnvs").await,
        };
        let changing = async {
            while !folder.join("begun").exists() {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            let tokens = owner.get("users.authentication.GetTokens", &[]).await;
            let ids = tokens["apiTokens"].as_array().unwrap().iter().map(|token| token["id"].as_i64().unwrap());
            let id = ids.max().unwrap_or_default().to_string();
            let method = format!("users.authentication.{change}");
            match change {
                "DeleteTokens" => done(&owner, &method, &[("ids", &id), password]).await,
                "RegenerateToken" => done(&owner, &method, &[("id", &id), password]).await,
                "EditToken" => {
                    let apis = ("apiList", "environment.control.GetEnvs");
                    done(&owner, &method, &[("id", &id), apis, password]).await
                }
                _ => {
                    let lowered = [("id", uid.as_str()), ("role", "viewer"), password];
                    done(&owner, "users.collaboration.EditMember", &lowered).await
                }
            };
            std::fs::write(folder.join("go"), "").unwrap();
        };
        let (answer, ()) = tokio::join!(install(&caller, long, &[("envName", "site")]), changing);
        assert_eq!(answer["result"], code, "{change}: {answer}");
        assert!(!folder.join("after").exists(), "{change}: {answer}");
        for file in ["begun", "go"] {
            std::fs::remove_file(folder.join(file)).unwrap();
        }
    }
    // Whose right stays comes to the end.
    std::fs::write(folder.join("go"), "").unwrap();
    assert_eq!(install(&owner, long, &[("envName", "site")]).await["result"], 0);
    assert!(folder.join("after").exists());
    server.keyrack.environments.stop_all().await;
}

#[tokio::test]
async fn who_may_only_look_sees_no_variables_of_a_manifests_nodes() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let manifest =
        "type: install\nname: A\nnodes:\n- {image: keyrack/web, nodeGroup: cp, Env: {PASSWORD: s3cret-value}}";
    let id = done(&owner, "marketplace.app.AddApp", &[("manifest", manifest)]).await["appId"].clone();
    let installed = install(&owner, manifest, &[("envName", "a")]).await;
    let (id, unique) = (id.as_str().unwrap(), installed["uniqueName"].as_str().unwrap());
    invite_as(&server, &owner, "viewer@example.org", "viewer").await;
    let viewer = server.session("viewer@example.org", PASSWORD).await;
    for (method, param) in
        [("marketplace.app.GetAppInfo", ("id", id)), ("marketplace.installation.GetInfo", ("appUniqueName", unique))]
    {
        let seen = done(&viewer, method, &[param]).await;
        assert_eq!(seen["app"]["nodes"][0], json!({ "image": "keyrack/web", "nodeGroup": "cp" }), "{method}");
        assert!(done(&owner, method, &[param]).await.to_string().contains("s3cret-value"), "{method}");
    }
    server.keyrack.environments.stop_all().await;
}

#[tokio::test]
async fn what_an_account_keeps_is_changed_by_nobody_else_and_noted() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let own = "type: install\nname: Mine\nonInstall: {log: hello}\nactions: {count: {setGlobals: {n: '${this.n}'}}, tell: {return: {type: success, message: 'n=${globals.n}'}}}";
    let id = done(&owner, "marketplace.app.AddApp", &[("manifest", own)]).await["appId"].as_str().unwrap().to_owned();
    done(&owner, "marketplace.favorite.Add", &[("id", &id)]).await;
    let mut installed = Vec::new();
    for n in ["1", "2"] {
        let answer = install(&owner, own, &[]).await;
        let unique = answer["uniqueName"].as_str().unwrap().to_owned();
        let params =
            [("appUniqueName", unique.as_str()), ("action", "count"), ("params", &json!({ "n": n }).to_string())];
        done(&owner, "marketplace.jps.ExecuteAppAction", &params).await;
        installed.push(unique);
    }
    let told = async |unique: &str| {
        let params = [("appUniqueName", unique), ("action", "tell")];
        done(&owner, "marketplace.jps.ExecuteAppAction", &params).await["successText"].clone()
    };
    assert_eq!((told(&installed[0]).await, told(&installed[1]).await), (json!("n=1"), json!("n=2")));

    // Another account.
    server.keyrack.accounts.create_user_with_account("eve@example.org", PASSWORD).await.unwrap();
    let eve = server.session("eve@example.org", PASSWORD).await;
    let edit = [("id", id.as_str()), ("manifest", "type: install\nname: Hers\nonInstall: {log: x}")];
    assert_eq!(eve.code("marketplace.app.EditApp", &edit).await, 4);
    assert_eq!(done(&owner, "marketplace.app.GetAppInfo", &[("id", &id)]).await["app"]["name"], "Mine");
    done(&eve, "marketplace.console.ClearLog", &[]).await;
    assert!(console(&owner).await.contains("Mine: hello"));
    // Another member has favourites of their own.
    invite_as(&server, &owner, "max@example.org", "manager").await;
    let max = server.session("max@example.org", PASSWORD).await;
    assert_eq!(done(&max, "marketplace.favorite.GetList", &[]).await["total"], 0);
    assert_eq!(max.code("marketplace.favorite.Delete", &[("id", &id)]).await, 4);
    assert_eq!(done(&owner, "marketplace.favorite.GetList", &[]).await["total"], 1);
    // One goes, the other stays.
    done(&owner, "marketplace.jps.Uninstall", &[("appUniqueName", &installed[0])]).await;
    assert_eq!(done(&owner, "marketplace.installation.GetList", &[]).await["response"]["total"], 1);
    assert_eq!(told(&installed[1]).await, "n=2");
    done(&owner, "marketplace.app.EditApp", &[("id", &id), ("manifest", own)]).await;
    done(&owner, "marketplace.app.DeleteApp", &[("id", &id)]).await;
    done(&owner, "marketplace.console.ClearLog", &[]).await;
    let audit = server.audit().await.join("\n");
    for action in ["app.add", "app.edit", "app.delete", "console.clear", "marketplace.execute", "marketplace.uninstall"]
    {
        assert!(audit.contains(&format!(" {action} ")), "{action}: {audit}");
    }
}

#[tokio::test]
async fn a_secret_default_is_told_to_nobody_and_nothing_grows_without_end() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let field = "settings: {fields: [{name: p, type: string, inputType: password, default: s3cret-default}]}";
    let with_default = format!("type: install\nname: A\nonInstall: {{log: x}}\n{field}");
    let id = done(&owner, "marketplace.app.AddApp", &[("manifest", &with_default)]).await["appId"].clone();
    let unique = install(&owner, &with_default, &[]).await["uniqueName"].clone();
    let (id, unique) = (id.as_str().unwrap(), unique.as_str().unwrap());
    for (method, param) in [
        ("marketplace.installation.GetSettings", ("appUniqueName", unique)),
        ("marketplace.jps.GetAppSettings", ("appUniqueName", unique)),
        ("marketplace.installation.GetInfo", ("appUniqueName", unique)),
        ("marketplace.app.GetAppInfo", ("id", id)),
        ("marketplace.jps.GetAppInfo", ("jps", with_default.as_str())),
    ] {
        let answer = done(&owner, method, &[param]).await;
        assert!(!answer.to_string().contains("s3cret-default"), "{method}: {answer}");
    }
    let many = json!({ "p": "x".repeat(64 << 10) }).to_string();
    assert_eq!(install(&owner, &with_default, &[("settings", &many)]).await["result"], 3);
    let slow = "type: install\nname: A\nonInstall: {sleep: 60001}";
    assert_ne!(install(&owner, slow, &[]).await["result"], 0);
    for _ in 1..100 {
        done(&owner, "marketplace.app.AddApp", &[("manifest", &with_default)]).await;
    }
    assert_eq!(owner.code("marketplace.app.AddApp", &[("manifest", &with_default)]).await, 2338);
}

#[tokio::test(flavor = "multi_thread")]
async fn placeholders_in_placeholders_are_refused_and_the_server_goes_on() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for levels in [9, 3000, 20_000] {
        let nested = format!("${{{}user.email{}}}", "fn.md5([".repeat(levels), "])".repeat(levels));
        let jps = json!({ "type": "install", "name": "a", "globals": { "g": nested }, "onInstall": { "log": "a" } });
        let refused = install(&owner, &jps.to_string(), &[]).await;
        let error = refused["error"].as_str().unwrap_or_default();
        assert!(refused["result"] == 3 && error.contains("globals: placeholders can be at most 8 deep"), "{refused}");
    }
    let lists = json!({ "type": "install", "name": "a", "onInstall": { "log": "a" } }).to_string();
    assert_eq!(install(&owner, &lists, &[]).await["result"], 0);
    let installed = done(&owner, "marketplace.installation.GetList", &[]).await;
    assert_eq!(installed["response"]["total"], 1, "{installed}");
}
