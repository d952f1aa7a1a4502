# Send "this account changed" to the auth service.
#
#     WEBHOOK_KEY=whsec_... ruby send_webhook.rb https://auth.example.com/auth/profile-changed 4711
#
# Ends with status 0 if the message was received; otherwise send it again later, with the same id.

require "json"
require "net/http"
require "openssl"
require "securerandom"

# Sign with every key: two while a key is replaced.
def signatures(keys, id, timestamp, body)
  keys.map do |key|
    secret = key.delete_prefix("whsec_").unpack1("m0")
    "v1," + [OpenSSL::HMAC.digest("SHA256", secret, "#{id}.#{timestamp}.#{body}")].pack("m0")
  end.join(" ")
end

# Return the HTTP status of one attempt.
def send_webhook(url, keys, id, legacy_uid)
  uri = URI(url)
  body = JSON.generate({ type: "profile.changed", data: { legacy_uid: legacy_uid } })
  timestamp = Time.now.to_i.to_s
  headers = {
    "content-type" => "application/json",
    "webhook-id" => id,
    "webhook-timestamp" => timestamp,
    "webhook-signature" => signatures(keys, id, timestamp, body)
  }
  options = { use_ssl: uri.scheme == "https", open_timeout: 5, read_timeout: 20, max_retries: 0 }
  Net::HTTP.start(uri.host, uri.port, options) do |http|
    http.post(uri.request_uri, body, headers).code.to_i
  end
end

keys = ENV.fetch("WEBHOOK_KEY").split
status = send_webhook(ARGV[0], keys, "msg_#{SecureRandom.hex(16)}", ARGV[1])
puts status
exit status.between?(200, 299)
