<?php
// Send "this account changed" to the auth service.
//
//     WEBHOOK_KEY=whsec_... php send_webhook.php https://auth.example.com/auth/profile-changed 4711
//
// Ends with status 0 if the message was received; otherwise send it again later, with the same id.

// Sign with every key: two while a key is replaced.
function signatures(array $keys, string $id, string $timestamp, string $body): string
{
    return implode(' ', array_map(function (string $key) use ($id, $timestamp, $body): string {
        $secret = base64_decode(preg_replace('/^whsec_/', '', $key), true);
        return 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $secret, true));
    }, $keys));
}

// Return the HTTP status of one attempt; 0 without an answer.
function send(string $url, array $keys, string $id, string $legacyUid): int
{
    $body = json_encode(['type' => 'profile.changed', 'data' => ['legacy_uid' => $legacyUid]]);
    $timestamp = (string) time();
    $headers = [
        'content-type: application/json',
        "webhook-id: $id",
        "webhook-timestamp: $timestamp",
        'webhook-signature: ' . signatures($keys, $id, $timestamp, $body),
    ];
    $http = ['method' => 'POST', 'header' => $headers, 'content' => $body, 'timeout' => 20,
             'follow_location' => 0, 'ignore_errors' => true];
    $stream = @fopen($url, 'r', false, stream_context_create(['http' => $http]));
    if ($stream === false) {
        return 0;
    }
    $lines = stream_get_meta_data($stream)['wrapper_data'];
    return (int) explode(' ', $lines[0])[1];
}

$keys = preg_split('/\s+/', trim(getenv('WEBHOOK_KEY')));
$status = send($argv[1], $keys, 'msg_' . bin2hex(random_bytes(16)), $argv[2]);
echo $status, "\n";
exit($status >= 200 && $status < 300 ? 0 : 1);
