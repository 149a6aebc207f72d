package io.k8j.apiserver.http;

import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Posts reviews to another server and takes its answers. What may be a passing trouble is tried again after growing
 * pauses. Safe for all threads; a call blocks until it is answered.
 */
public final class ReviewWebhook implements AutoCloseable {
    private static final int ATTEMPTS = 5;
    private static final double GROWTH = 1.5;
    private static final long LARGEST_ANSWER = 3 << 20;

    private final WebhookEndpoint endpoint;
    private final HttpClient client;
    private final Duration timeout;
    private final Duration firstPause;

    /**
     * @param timeout of one attempt
     * @param firstPause before the second attempt
     */
    public ReviewWebhook(WebhookEndpoint endpoint, Duration timeout, Duration firstPause) {
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(timeout);
        if (endpoint.tls() != null) builder.sslContext(endpoint.tls());
        this.endpoint = endpoint;
        this.client = builder.build();
        this.timeout = timeout;
        this.firstPause = firstPause;
    }

    /**
     * The other server's answer.
     *
     * @throws IOException if none came that is one
     */
    public Map<String, Object> ask(Map<String, Object> review) throws IOException {
        byte[] body = Json.write(review);
        double pause = firstPause.toNanos();
        for (int attempt = 1; ; attempt++, pause *= GROWTH) {
            try {
                HttpResponse<byte[]> answer = client.send(
                        request(body),
                        HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), LARGEST_ANSWER));
                if (answer.statusCode() < 300) {
                    return Json.parseObject(answer.body());
                }
                boolean passing = answer.statusCode() >= 500 || answer.statusCode() == 429;
                if (!passing || attempt == ATTEMPTS) {
                    throw new WrongAnswerException("the server answered " + answer.statusCode());
                }
            } catch (JsonException e) {
                throw new IOException("the server's answer is no JSON: " + e.getMessage(), e);
            } catch (WrongAnswerException e) {
                throw e;
            } catch (IOException e) {
                if (attempt == ATTEMPTS) throw new IOException(unreachable(e), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            pause(pause);
        }
    }

    /** Says it as Go's client does, as far as the reason is known. */
    private String unreachable(IOException e) {
        String why = e instanceof ConnectException
                ? "connect: connection refused"
                : e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return "Post \"" + endpoint.target() + "\": " + why;
    }

    private HttpRequest request(byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint.target())
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        endpoint.authorization().get().ifPresent(value -> request.header("Authorization", value));
        return request.build();
    }

    private static void pause(double nanos) throws IOException {
        try {
            TimeUnit.NANOSECONDS.sleep((long) nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** An answer that a repeat would not change. */
    private static final class WrongAnswerException extends IOException {
        private static final long serialVersionUID = 1;

        WrongAnswerException(String message) {
            super(message);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
