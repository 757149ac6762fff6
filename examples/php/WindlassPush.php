<?php
declare(strict_types=1);

/** Sends to the users of a Windlass server, and publishes to its topics. Needs PHP 8.1, and no extension. */
final class WindlassPush
{
    /** @param string $url where the push API is: "http://localhost:8080/api" */
    public function __construct(private string $url, private string $keyId, private string $secret) {}

    /** A string goes as it is, anything else as JSON. $options: ['event' => 'said', 'idempotencyKey' => ...] */
    public function publish(string $topic, mixed $data, array $options = []): array
    {
        return $this->post('/publish', ['topic' => $topic, 'data' => $data] + $options);
    }

    public function send(string $userId, mixed $data, array $options = []): array
    {
        return $this->post('/users/' . rawurlencode($userId) . '/send', ['data' => $data] + $options);
    }

    public function disconnect(string $userId, int $code = 4502, string $reason = ''): array
    {
        return $this->post('/users/' . rawurlencode($userId) . '/disconnect', compact('code', 'reason'));
    }

    /** @throws RuntimeException whose code is the HTTP status; 0 when there was no answer */
    public function post(string $path, array $input): array
    {
        $body = json_encode($input, JSON_THROW_ON_ERROR);
        $signed = ['POST', parse_url($this->url . $path, PHP_URL_PATH), time(), bin2hex(random_bytes(16))];
        $signature = hash_hmac('sha256', implode("\n", [...$signed, hash('sha256', $body)]), $this->secret);
        $headers = "Content-Type: application/json\r\nX-Windlass-Key: $this->keyId\r\n"
            . "X-Windlass-Timestamp: $signed[2]\r\nX-Windlass-Nonce: $signed[3]\r\nX-Windlass-Signature: v1=$signature";
        $http = ['method' => 'POST', 'header' => $headers, 'content' => $body, 'ignore_errors' => true,
            'protocol_version' => 1.1, 'timeout' => 5];
        $answer = @file_get_contents($this->url . $path, false, stream_context_create(['http' => $http]));
        $status = (int) (explode(' ', $http_response_header[0] ?? '')[1] ?? 0);
        $result = json_decode((string) $answer, true);
        if ($status === 200) return $result;
        throw new RuntimeException($result['error']['message'] ?? "no answer of Windlass from $this->url", $status);
    }
}
