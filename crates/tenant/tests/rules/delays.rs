use crate::world::{ADELE, ADELE_APP, ADELE_OATH, DIEGO, DIEGO_TOKEN, MOBILE, World, deletion};
use serde_json::json;

fn kinds(world: &mut World) -> usize {
    world.get(&format!("/beta/users/{ADELE}/authentication/methods")).values().len()
}

#[test]
fn removals_show_late() {
    let mut world = World::with(|seed| seed.settings.list_lag_milliseconds = 5000);
    assert_eq!(world.remove(ADELE, MOBILE), 204);
    assert_eq!(kinds(&mut world), 7);
    assert_eq!(world.get(&format!("/v1.0/users/{ADELE}/authentication/{MOBILE}")).status, 200);
    let again = world.delete(&format!("/v1.0/users/{ADELE}/authentication/{MOBILE}"));
    assert_eq!((again.status, again.code()), (404, "resourceNotFound"));
    world.now += 4999;
    assert_eq!(kinds(&mut world), 7);
    world.now += 1;
    assert_eq!(kinds(&mut world), 6);
    assert_eq!(world.get(&format!("/v1.0/users/{ADELE}/authentication/{MOBILE}")).status, 404);
}

#[test]
fn late_removals_still_block_the_default() {
    let mut world = World::with(|seed| seed.settings.list_lag_milliseconds = 5000);
    assert_eq!(world.remove(ADELE, MOBILE), 204);
    assert_eq!(world.remove(ADELE, ADELE_OATH), 204);
    assert_eq!(world.remove(ADELE, ADELE_APP), 400);
    world.now += 5000;
    assert_eq!(world.remove(ADELE, ADELE_APP), 204);
}

#[test]
fn additions_and_changes_show_late() {
    let mut world = World::with(|seed| seed.settings.list_lag_milliseconds = 5000);
    let base = format!("/v1.0/users/{ADELE}/authentication");
    let office = json!({"phoneNumber": "+1 4255550199", "phoneType": "office"});
    assert_eq!(world.post(&format!("{base}/phoneMethods"), office).status, 201);
    assert_eq!(kinds(&mut world), 7);
    let moved = json!({"userPreferredMethodForSecondaryAuthentication": "sms"});
    assert_eq!(world.patch(&format!("/beta/users/{DIEGO}/authentication/signInPreferences"), moved).status, 204);
    let tokens = format!("/beta/users/{DIEGO}/authentication/hardwareOathMethods");
    let token = format!("/beta/users/{DIEGO}/authentication/{DIEGO_TOKEN}");
    assert_eq!(world.send("POST", &format!("{token}/deactivate"), None).status, 204);
    assert_eq!(world.get(&tokens).values()[0]["device"]["status"], "activated");
    world.now += 5000;
    assert_eq!(kinds(&mut world), 8);
    assert_eq!(world.get(&tokens).values()[0]["device"]["status"], "assigned");
}

#[test]
fn a_late_deactivation_still_blocks_the_default() {
    let mut world = World::with(|seed| seed.settings.list_lag_milliseconds = 5000);
    let moved = json!({"userPreferredMethodForSecondaryAuthentication": "sms"});
    assert_eq!(world.patch(&format!("/beta/users/{DIEGO}/authentication/signInPreferences"), moved).status, 204);
    let token = format!("/beta/users/{DIEGO}/authentication/{DIEGO_TOKEN}");
    assert_eq!(world.send("POST", &format!("{token}/deactivate"), None).status, 204);
    assert_eq!(world.remove(DIEGO, MOBILE), 400);
    world.now += 5000;
    assert_eq!(world.remove(DIEGO, MOBILE), 204);
}

#[test]
fn a_moved_default_may_count_late() {
    let mut world = World::with(|seed| seed.settings.preference_lag_milliseconds = 3000);
    let path = format!("/beta/users/{ADELE}/authentication/signInPreferences");
    let moved = json!({"userPreferredMethodForSecondaryAuthentication": "sms"});
    assert_eq!(world.patch(&path, moved).status, 204);
    assert_eq!(world.preference(ADELE), "push");
    assert_eq!(world.remove(ADELE, ADELE_APP), 400);
    world.now += 3000;
    assert_eq!(world.preference(ADELE), "sms");
    assert_eq!(world.remove(ADELE, ADELE_APP), 204);
}

#[test]
fn overlapping_writes_are_lost() {
    let mut world = World::with(|seed| seed.latency_milliseconds = 100);
    assert_eq!(world.remove(ADELE, MOBILE), 204);
    world.now += 99;
    assert_eq!(world.remove(ADELE, ADELE_OATH), 204);
    assert_eq!(world.violated("parallelDeletes"), 1);
    world.now += 100;
    assert_eq!(kinds(&mut world), 6, "the second deletion did nothing");
    assert_eq!(world.remove(ADELE, ADELE_OATH), 204);
    assert_eq!(kinds(&mut world), 5);
    assert_eq!(world.violated("parallelDeletes"), 1);
}

#[test]
fn writes_of_two_users_may_overlap() {
    let mut world = World::with(|seed| seed.latency_milliseconds = 100);
    assert_eq!(world.remove(ADELE, MOBILE), 204);
    assert_eq!(world.remove(DIEGO, MOBILE), 204);
    assert_eq!(world.violations(), []);
}

#[test]
fn unchained_writes_of_a_batch_are_lost() {
    let mut world = World::sample();
    let requests =
        json!([deletion("1", ADELE, MOBILE), deletion("2", ADELE, ADELE_OATH), deletion("3", DIEGO, MOBILE)]);
    assert_eq!(world.batch("v1.0", requests).statuses(&["1", "2", "3"]), [204, 204, 204]);
    assert_eq!(world.violated("parallelDeletes"), 1);
    assert_eq!(kinds(&mut world), 6);

    let mut world = World::sample();
    let mut requests =
        [deletion("1", ADELE, MOBILE), deletion("2", ADELE, ADELE_OATH), deletion("3", ADELE, ADELE_APP)];
    requests[1]["dependsOn"] = json!(["1"]);
    requests[2]["dependsOn"] = json!(["2"]);
    assert_eq!(world.batch("v1.0", json!(requests)).statuses(&["1", "2", "3"]), [204, 204, 204]);
    assert_eq!(world.violations(), []);
    assert_eq!(kinds(&mut world), 4);
}
