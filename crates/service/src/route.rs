use crate::problem::Problem;
use crate::request::Request;
use entra_mfa_reset::ErrorCode;
use percent_encoding::percent_decode_str;

/// What a path and a method ask for.
#[derive(Debug, PartialEq)]
pub enum Route {
    OpenApi,
    Health,
    Status(String),
    User(Operation, String),
    Preflight,
    Many(Mode),
}

/// What is done to one user.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Operation {
    Plan,
    Reset,
    RevokeSessions,
    TemporaryAccessPass,
    Restore,
}

/// What is done to many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mode {
    Plan,
    Reset,
}

impl Route {
    pub fn find(request: &Request) -> Result<Self, Problem> {
        let (route, method) = Route::of_path(&request.path)?;
        if request.method == method {
            return Ok(route);
        }
        let message = format!("this path takes {method}");
        let help = "GET /openapi.json lists every path with its method.";
        let problem = Problem::with_status(405, ErrorCode::InvalidInput, &message, help);
        Err(Problem { allow: Some(method), ..problem })
    }

    fn of_path(path: &str) -> Result<(Self, &'static str), Problem> {
        // Divided first and decoded then: a slash in a name is part of the name.
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        Ok(match segments.as_slice() {
            ["openapi.json"] => (Route::OpenApi, "GET"),
            ["healthz"] => (Route::Health, "GET"),
            ["v1", "preflight"] => (Route::Preflight, "POST"),
            ["v1", "plan-many"] => (Route::Many(Mode::Plan), "POST"),
            ["v1", "reset-many"] => (Route::Many(Mode::Reset), "POST"),
            ["v1", "users", user, "mfa"] => (Route::Status(decoded(user)?), "GET"),
            ["v1", "users", user, "mfa", operation] => {
                let operation = Operation::of_segment(operation).ok_or_else(unknown)?;
                (Route::User(operation, decoded(user)?), "POST")
            }
            _ => return Err(unknown()),
        })
    }
}

impl Operation {
    fn of_segment(segment: &str) -> Option<Self> {
        Some(match segment {
            "plan" => Operation::Plan,
            "reset" => Operation::Reset,
            "revoke-sessions" => Operation::RevokeSessions,
            "temporary-access-pass" => Operation::TemporaryAccessPass,
            "restore" => Operation::Restore,
            _ => return None,
        })
    }
}

fn unknown() -> Problem {
    let help = "GET /openapi.json lists every path. Percent-encode the user's name: # is %23.";
    Problem::with_status(404, ErrorCode::InvalidInput, "there is no such path", help)
}

fn decoded(segment: &str) -> Result<String, Problem> {
    let digits = |code: &str| code.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    let whole = segment.split('%').skip(1).all(digits);
    percent_decode_str(segment).decode_utf8().ok().filter(|_| whole).map(Into::into).ok_or_else(|| {
        let help = "Percent-encode the user's name as UTF-8: # is %23, and a percent sign %25.";
        Problem::with_status(400, ErrorCode::InvalidInput, "the user in the path is not percent-encoded text", help)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_decoded_once_and_stay_in_their_place() {
        let route = |path: &str| Route::of_path(path).ok().map(|(route, _)| route);
        let guest = "/v1/users/lidia_fabrikam.com%23EXT%23@contoso.com/mfa";
        assert_eq!(route(guest), Some(Route::Status("lidia_fabrikam.com#EXT#@contoso.com".into())));
        assert_eq!(route("/v1/users/a%2Fmfa%2Freset/mfa"), Some(Route::Status("a/mfa/reset".into())));
        assert_eq!(route("/v1/users/a%2523/mfa"), Some(Route::Status("a%23".into())));
        let reset = Route::User(Operation::Reset, "a+b@contoso.com".into());
        assert_eq!(route("/v1/users/a+b@contoso.com/mfa/reset"), Some(reset));
        for odd in ["/v1/users/a%/mfa", "/v1/users/a%2/mfa", "/v1/users/%zz/mfa", "/v1/users/%ff/mfa"] {
            assert_eq!(Route::of_path(odd).unwrap_err().status, 400, "{odd}");
        }
        for none in ["", "/", "/v1", "/healthz/", "/v1/users/a/mfa/", "/v1/users/a/mfa/resets", "/V1/users/a/mfa"] {
            assert_eq!(Route::of_path(none).unwrap_err().status, 404, "{none}");
        }
    }
}
