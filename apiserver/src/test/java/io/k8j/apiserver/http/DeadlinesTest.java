package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.apiserver.Operations;
import io.k8j.apiserver.ServingLimits;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How requests end that take too long, and how the server ends while requests are under way. */
class DeadlinesTest {
    private static final String CONFIGMAPS = "/api/v1/namespaces/default/configmaps";
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch latch = new CountDownLatch(1);
    private final AtomicBoolean interrupted = new AtomicBoolean();
    private HttpTestServer api;

    private void start(Duration requestTimeout) {
        api = new HttpTestServer(Operations.DEFAULTS.withLimits(
                new ServingLimits(400, 200, true, requestTimeout, Duration.ofMinutes(30), Duration.ZERO, 0)));
        api.server.core().intercept((who, agent, call) -> {
            if (!call.resource().resource().equals("configmaps") || !call.name().equals("slow")) return;
            entered.countDown();
            try {
                latch.await();
            } catch (InterruptedException e) {
                interrupted.set(true);
                Thread.currentThread().interrupt();
            }
        });
    }

    @AfterEach
    void stop() {
        latch.countDown();
        api.close();
    }

    @Test
    void aClientsOwnTimeoutIsKept() {
        start(Duration.ofSeconds(60));
        HttpResponse<String> answer = api.get(CONFIGMAPS + "/slow?timeout=50ms");

        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(answer.body())
                .contains("\"message\":\"Timeout: request did not complete within the allotted timeout\"")
                .contains("\"reason\":\"Timeout\"")
                .contains("\"code\":504");
        Awaitility.await().until(interrupted::get);
    }

    @Test
    void theServersTimeoutEndsWhatTakesTooLong() {
        start(Duration.ofMillis(300));
        assertThat(api.get(CONFIGMAPS + "/slow").statusCode()).isEqualTo(504);
        assertThat(api.get(CONFIGMAPS + "/other").statusCode()).isEqualTo(404);
    }

    @Test
    void aTimeoutThatIsNoneIsRefused() {
        start(Duration.ofSeconds(60));
        HttpResponse<String> answer = api.get(CONFIGMAPS + "?timeout=soon");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .contains("invalid timeout specified in the request URL - time: invalid duration \\\"soon\\\"");
        assertThat(api.get(CONFIGMAPS + "?timeout=0s").statusCode()).isEqualTo(200);
        assertThat(api.get(CONFIGMAPS + "?timeout=1h").statusCode()).isEqualTo(200);
    }

    @Test
    void requestsUnderWayFinishNewOnesAreRefusedAndWatchesEndCleanly() throws Exception {
        start(Duration.ofSeconds(60));
        HttpResponse<InputStream> watch = api.client.send(
                api.request(CONFIGMAPS + "?watch=true", "root").build(), HttpResponse.BodyHandlers.ofInputStream());
        BufferedReader lines = new BufferedReader(new InputStreamReader(watch.body(), StandardCharsets.UTF_8));
        CompletableFuture<HttpResponse<String>> slow = api.client.sendAsync(
                api.request(CONFIGMAPS + "/slow", "root").build(), HttpResponse.BodyHandlers.ofString());
        entered.await();

        Thread closing = Thread.ofVirtual().start(api.server::close);

        Awaitility.await().until(() -> {
            try {
                return api.client
                                .send(api.request("/readyz", "root").build(), HttpResponse.BodyHandlers.ofString())
                                .statusCode()
                        == 503;
            } catch (ConnectException e) {
                return true; // nobody listens any more
            }
        });
        assertThat(slow).isNotDone();
        latch.countDown();
        assertThat(slow.get().statusCode()).isEqualTo(404);
        String line = lines.readLine();
        while (line != null) line = lines.readLine(); // ends with the last chunk, not with an error
        closing.join();
    }
}
