<?php
// Sends a text to a user: php push.php ann "Your order has left the house"
declare(strict_types=1);

require __DIR__ . '/WindlassPush.php';

$push = new WindlassPush(
    getenv('WINDLASS_URL') ?: 'http://localhost:8080/api',
    getenv('WINDLASS_KEY') ?: 'website',
    getenv('WINDLASS_SECRET') ?: exit("Set WINDLASS_SECRET\n"),
);
[, $userId, $text] = $argv;

try {
    $result = $push->send($userId, $text);
    echo $result['hasSubscribers'] ? "sent\n" : "$userId is not here\n";
} catch (RuntimeException $error) {
    fwrite(STDERR, "{$error->getCode()}: {$error->getMessage()}\n");
    exit(1);
}
