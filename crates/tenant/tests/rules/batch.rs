use crate::world::{ADELE, ADELE_APP, MOBILE, NOW, World, deletion};
use serde_json::{Value, json};

fn read(id: &str) -> Value {
    json!({"id": id, "method": "GET", "url": format!("users/{ADELE}?$select=id")})
}

#[test]
fn members_answer_in_any_order() {
    let mut world = World::sample();
    let ids: Vec<String> = (0..20).map(|id| id.to_string()).collect();
    let answer = world.batch("v1.0", ids.iter().map(|id| read(id)).collect());
    let order: Vec<&str> =
        answer.body["responses"].as_array().unwrap().iter().map(|member| member["id"].as_str().unwrap()).collect();
    assert_eq!(order.len(), 20);
    assert_ne!(order, ids, "shuffled");
    assert_eq!(answer.member("7")["body"]["id"], ADELE);
    assert!(answer.member("7")["headers"]["Content-Type"].as_str().unwrap().starts_with("application/json"));
    let again = World::sample().batch("v1.0", ids.iter().map(|id| read(id)).collect());
    assert_eq!(answer.body, again.body, "the same in every run");
}

#[test]
fn what_refuses_a_whole_batch() {
    let url = format!("/users/{ADELE}");
    let many: Vec<Value> = (0..21).map(|id| read(&id.to_string())).collect();
    for (requests, code) in [
        (json!(many), Some("batchTooLarge")),
        (json!([read("a"), read("A")]), Some("batchDuplicateId")),
        (
            json!([read("a"), {"id": "b", "method": "GET", "url": format!("https://graph.microsoft.com/v1.0{url}")}]),
            Some("batchAbsoluteUrl"),
        ),
        (
            json!([{"id": "b", "method": "POST", "url": "/$batch", "headers": {"Content-Type": "application/json"}, "body": {"requests": []}}]),
            Some("batchNested"),
        ),
        (json!([{"id": "a", "method": "GET", "url": url, "dependsOn": ["nobody"]}]), None),
        (
            json!([{"id": "a", "method": "GET", "url": url, "dependsOn": ["b"]}, {"id": "b", "method": "GET", "url": url, "dependsOn": ["a"]}]),
            None,
        ),
        (json!([{"method": "GET", "url": url}]), None),
        (json!([]), None),
    ] {
        let mut world = World::sample();
        assert_eq!(world.batch("v1.0", requests.clone()).status, 400, "{requests}");
        let expected: Vec<(String, u32)> = code.map(|code| (code.to_owned(), 1)).into_iter().collect();
        assert_eq!(world.violations(), expected);
    }
}

#[test]
fn a_body_needs_a_content_type() {
    let mut world = World::sample();
    let url = format!("/users/{ADELE}/revokeSignInSessions");
    let headers = json!({"content-type": "application/json"});
    let answer = world.batch(
        "v1.0",
        json!([
            {"id": "1", "method": "POST", "url": url, "body": {}},
            {"id": "2", "method": "POST", "url": url, "headers": headers},
            {"id": "3", "method": "POST", "url": url, "body": {}, "headers": headers},
        ]),
    );
    assert_eq!(answer.statuses(&["1", "2", "3"]), [400, 400, 200]);
    assert_eq!(world.violations(), [("batchBodyWithoutContentType".to_owned(), 1)]);
}

#[test]
fn everything_behind_a_failure_fails() {
    let mut world = World::sample();
    let mut requests = [deletion("1", ADELE, ADELE_APP), deletion("2", ADELE, MOBILE), read("3"), read("4")];
    requests[1]["dependsOn"] = json!(["1"]);
    requests[2]["dependsOn"] = json!(["2"]);
    let answer = world.batch("v1.0", json!(requests));
    assert_eq!(answer.statuses(&["1", "2", "3", "4"]), [400, 424, 424, 200]);
    assert_eq!(world.get(&format!("/v1.0/users/{ADELE}/authentication/phoneMethods")).values().len(), 1);
}

#[test]
fn members_run_in_the_version_of_the_batch() {
    let mut world = World::sample();
    let url = format!("/users/{ADELE}/authentication/signInPreferences");
    let request = json!([{"id": "1", "method": "get", "url": url}]);
    assert_eq!(world.batch("beta", request.clone()).statuses(&["1"]), [200]);
    assert_eq!(world.batch("v1.0", request).statuses(&["1"]), [405]);
    let prefixed = json!([{"id": "1", "method": "GET", "url": format!("/beta{url}")}]);
    assert_eq!(world.batch("beta", prefixed).statuses(&["1"]), [400]);
}

#[test]
fn throttled_members_say_when_to_come_back() {
    let mut world = World::with(|seed| seed.settings.calls_per_10s = Some(2));
    let answer = world.batch("v1.0", json!([read("1"), read("2"), read("3")]));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("retry-after"), "");
    assert_eq!(answer.statuses(&["1", "2", "3"]), [200, 200, 429]);
    assert_eq!(answer.member("3")["headers"]["Retry-After"], "5");
    assert_eq!(answer.member("3")["body"]["error"]["code"], "TooManyRequests");
    world.now = NOW + 5000;
    assert_eq!(world.batch("v1.0", json!([read("3")])).statuses(&["3"]), [200]);
}
