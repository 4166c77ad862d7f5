import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

/** What of AWS the function calls: STS, which tells who it is, and SQS, which keeps what is sent. */
export async function startAws(tokenOf) {
  const sent = [];
  let refuses = false;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const text of request.setEncoding("utf8")) {
      body += text;
    }
    if (request.headers["x-amz-target"] === "AmazonSQS.SendMessage") {
      const message = JSON.parse(body);
      sent.push(message);
      const MD5OfMessageBody = createHash("md5").update(message.MessageBody).digest("hex");
      response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
      return response.end(JSON.stringify({ MessageId: `${sent.length}`, MD5OfMessageBody }));
    }
    const form = new URLSearchParams(body);
    if (form.get("Action") !== "GetWebIdentityToken" || refuses) {
      const error = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
      return response.writeHead(403, { "content-type": "text/xml" }).end(error);
    }
    const token = tokenOf({ audience: form.get("Audience.member.1"), algorithm: form.get("SigningAlgorithm") });
    const result = `<GetWebIdentityTokenResult><WebIdentityToken>${token}</WebIdentityToken></GetWebIdentityTokenResult>`;
    response.writeHead(200, { "content-type": "text/xml" });
    response.end(`<GetWebIdentityTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${result}</GetWebIdentityTokenResponse>`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    sent,
    queueUrl: `${url}/123456789012/mfa-reset.fifo`,
    set refuses(value) {
      refuses = value;
    },
    /** As Lambda's environment has it. */
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "access-key",
      AWS_SECRET_ACCESS_KEY: "secret-key",
      AWS_SESSION_TOKEN: "session-token",
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
