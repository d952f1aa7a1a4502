import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Send "this account changed" to the auth service.
 *
 * <pre>WEBHOOK_KEY=whsec_... java SendWebhook.java https://auth.example.com/auth/profile-changed 4711</pre>
 *
 * Ends with status 0 if the message was received; otherwise send it again later, with the same id.
 */
public class SendWebhook {

  /** Sign with every key: two while a key is replaced. */
  static String signatures(String[] keys, String id, String timestamp, String body) throws Exception {
    StringBuilder all = new StringBuilder();
    for (String key : keys) {
      Mac mac = Mac.getInstance("HmacSHA256");
      byte[] secret = Base64.getDecoder().decode(key.replaceFirst("^whsec_", ""));
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      String signed = id + "." + timestamp + "." + body;
      byte[] digest = mac.doFinal(signed.getBytes(StandardCharsets.UTF_8));
      all.append(all.length() > 0 ? " " : "");
      all.append("v1,").append(Base64.getEncoder().encodeToString(digest));
    }
    return all.toString();
  }

  /** Return the HTTP status of one attempt. The id is of digits, so that it needs no escapes in JSON. */
  static int send(String url, String[] keys, String id, String legacyUid) throws Exception {
    String body = "{\"type\":\"profile.changed\",\"data\":{\"legacy_uid\":\"" + legacyUid + "\"}}";
    String timestamp = Long.toString(Instant.now().getEpochSecond());
    HttpRequest request = HttpRequest.newBuilder(URI.create(url))
        .timeout(Duration.ofSeconds(20))
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signatures(keys, id, timestamp, body))
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  public static void main(String[] arguments) throws Exception {
    String[] keys = System.getenv("WEBHOOK_KEY").trim().split("\\s+");
    int status = send(arguments[0], keys, "msg_" + UUID.randomUUID(), arguments[1]);
    System.out.println(status);
    System.exit(status >= 200 && status < 300 ? 0 : 1);
  }
}
