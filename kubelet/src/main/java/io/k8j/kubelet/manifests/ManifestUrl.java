package io.k8j.kubelet.manifests;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads static Pods from a web server, from time to time. What cannot be read is not gone: the Pods go on. One virtual
 * thread.
 */
final class ManifestUrl implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ManifestUrl.class);
    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final int LARGEST = 10 << 20;

    private final ManifestConfig config;
    private final String nodeName;
    private final Time time;
    private final Consumer<List<Pod>> onPods;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(LONGEST)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    private final Thread thread;
    private byte[] known = new byte[0]; // owned by the thread
    private String lastTold = ""; // owned by the thread

    private ManifestUrl(ManifestConfig config, String nodeName, Time time, Consumer<List<Pod>> onPods) {
        this.config = config;
        this.nodeName = nodeName;
        this.time = time;
        this.onPods = onPods;
        this.thread = Thread.ofVirtual().name("static-pods-url").unstarted(this::work);
    }

    /**
     * Begins to read; does not wait for the first answer.
     *
     * @param onPods gets all Pods each time that the answer has changed
     */
    static ManifestUrl start(ManifestConfig config, String nodeName, Time time, Consumer<List<Pod>> onPods) {
        var url = new ManifestUrl(config, nodeName, time, onPods);
        url.thread.start();
        return url;
    }

    private void work() {
        try {
            while (true) {
                try {
                    read();
                    lastTold = "";
                } catch (IOException | IllegalArgumentException e) {
                    tell(e);
                }
                time.sleep(config.httpCheckFrequency());
            }
        } catch (InterruptedException e) {
            return; // closed
        }
    }

    private void tell(Exception e) {
        String cause = e.toString();
        if (cause.equals(lastTold)) return;
        lastTold = cause;
        log.atWarn()
                .addKeyValue("url", config.url())
                .addKeyValue("cause", cause)
                .log("static pods not read");
    }

    private void read() throws IOException, InterruptedException {
        byte[] text = fetch();
        if (Arrays.equals(text, known)) return;
        onPods.accept(StaticPod.readAll(StaticPod.Source.url(config.url().toString()), text, nodeName, time.instant()));
        known = text;
    }

    private byte[] fetch() throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(config.url()).timeout(LONGEST);
        config.headers().forEach((name, values) -> values.forEach(value -> request.header(name, value)));
        HttpResponse<InputStream> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            if (answer.statusCode() != 200) {
                throw new IOException("%s: %d".formatted(config.url(), answer.statusCode()));
            }
            byte[] text = body.readNBytes(LARGEST + 1);
            if (text.length > LARGEST) throw new IOException("more than %d bytes".formatted(LARGEST));
            if (text.length == 0) {
                known = text;
                onPods.accept(List.of());
                throw new IOException("zero-length data received from " + config.url());
            }
            return text;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        http.shutdownNow();
    }
}
