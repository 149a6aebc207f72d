package io.k8j.bench.jmh;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.apiserver.ApiServerCore;
import io.k8j.apiserver.CoreConfig;
import io.k8j.apiserver.resource.ObjectCodec;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import io.k8j.model.api.WatchListener;
import io.k8j.model.json.Json;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.time.SystemTime;
import io.k8j.store.MemoryStore;
import io.k8j.store.StoreConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one request costs without network and disk: an API server over a store in memory, one thread. Run with
 * {@code bench/jmh -prof gc}; bytes allocated hardly depend on what else the machine is doing, times do.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 3, time = 3)
@Fork(
        value = 1,
        jvmArgs = {
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-Xmx2g",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"
        })
public class HotPaths {
    private static final GroupVersionResource PODS = new GroupVersionResource("", "v1", "pods");
    private static final GroupVersionResource CONFIGMAPS = new GroupVersionResource("", "v1", "configmaps");
    private static final UserInfo USER = UserInfo.of("bench", "system:masters");
    private static final int OBJECTS = 1000;
    private static final int WATCHERS = 50;

    private SystemTime time;
    private MemoryStore store;
    private ApiServerCore core;
    private ServedResource pods;
    private byte[] podJson;
    private byte[] storedPod;
    private int number;
    private final List<ApiTransport.Watch> watches = new ArrayList<>();

    @Setup
    public void start() {
        time = new SystemTime();
        store = MemoryStore.open(StoreConfig.DEFAULTS);
        core = ApiServerCore.open(store, CoreConfig.DEFAULTS, time, ApiServerCore.Parts.open());
        pods = core.table().get(PODS);
        podJson = pod("p");
        call(Verb.CREATE, PODS, "", null, Json.parse(pod("stored")));
        storedPod = call(Verb.GET, PODS, "stored", null, null).json();
        for (int i = 0; i < OBJECTS; i++) {
            call(Verb.CREATE, CONFIGMAPS, "", null, configMap("c" + i, 0));
        }
        for (int i = 0; i < WATCHERS; i++) {
            ApiCall watch = new ApiCall(Verb.WATCH, CONFIGMAPS, "watched", "", "", Map.of(), null, null);
            watches.add(core.watch(USER, "bench", watch, new Counter()));
        }
        core.call(
                USER,
                "bench",
                new ApiCall(Verb.CREATE, CONFIGMAPS, "watched", "", "", Map.of(), null, configMap("c", 0)));
    }

    /** Only counts, as a connection only queues. */
    private static final class Counter implements WatchListener {
        private long bytes;

        @Override
        public void event(EventType type, ApiObject object) {
            bytes += object.json().length;
        }

        @Override
        public boolean onlyNotes() {
            return true;
        }

        @Override
        public void closed(RuntimeException cause) {
            bytes = 0;
        }
    }

    @TearDown
    public void stop() {
        watches.forEach(ApiTransport.Watch::close);
        core.close();
        store.close();
        time.close();
    }

    private ApiObject call(Verb verb, GroupVersionResource resource, String name, String patchType, Object body) {
        return core.call(USER, "bench", new ApiCall(verb, resource, "default", name, "", Map.of(), patchType, body))
                .object();
    }

    private static byte[] pod(String name) {
        return """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","labels":{"app":"bench","pod-template-hash":"5d9c"}},
            "spec":{"containers":[{"name":"main","image":"example.test/app:1","ports":[{"containerPort":80}],
            "env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],
            "resources":{"requests":{"cpu":"10m","memory":"16Mi"}}}]}}
            """.formatted(name).getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, Object> configMap(String name, int value) {
        return Json.parseObject(
                "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"%s\"},\"data\":{\"value\":\"%d\",\"filler\":\"%s\"}}"
                        .formatted(name, value, "x".repeat(850))
                        .getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes to a tree that fits the schema, with defaults. */
    @Benchmark
    public Object decodeAndDefaultPod() {
        return ObjectCodec.decode(pods, Json.parse(podJson));
    }

    /** Stored bytes to the typed object that controllers see. */
    @Benchmark
    public Object typePod() {
        return ApiObject.ofJson(storedPod).as(Pod.class);
    }

    /** Stored bytes to a tree and back. */
    @Benchmark
    public Object readAndWritePod() {
        return Json.write(Json.parse(storedPod));
    }

    @Benchmark
    public Object createPod() {
        return call(Verb.CREATE, PODS, "", null, Json.parse(pod("p" + number++)));
    }

    @Benchmark
    public Object createConfigMap() {
        return call(Verb.CREATE, CONFIGMAPS, "", null, configMap("new-" + number++, 1));
    }

    @Benchmark
    public Object getConfigMap() {
        return call(Verb.GET, CONFIGMAPS, "c" + number++ % OBJECTS, null, null);
    }

    @Benchmark
    public Object updateConfigMap() {
        return call(Verb.UPDATE, CONFIGMAPS, "c" + number % OBJECTS, null, configMap("c" + number % OBJECTS, number++));
    }

    @Benchmark
    public Object mergePatchConfigMap() {
        return call(
                Verb.PATCH,
                CONFIGMAPS,
                "c" + number % OBJECTS,
                "application/merge-patch+json",
                Json.parse(("{\"data\":{\"value\":\"n" + number++ + "\"}}").getBytes(StandardCharsets.US_ASCII)));
    }

    /** A strategic patch of a Pod's status, as kubelets send it. */
    @Benchmark
    public Object patchPodStatus() {
        ApiCall patch = new ApiCall(
                Verb.PATCH,
                PODS,
                "default",
                "stored",
                "status",
                Map.of(),
                "application/strategic-merge-patch+json",
                Json.parse(("{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"message\":\"m"
                                + number++ + "\"}]}}")
                        .getBytes(StandardCharsets.US_ASCII)));
        return core.call(USER, "bench", patch).object();
    }

    /** Fifty watchers hear of each change. */
    @Benchmark
    public Object patchWatchedByFifty() {
        ApiCall patch = new ApiCall(
                Verb.PATCH,
                CONFIGMAPS,
                "watched",
                "c",
                "",
                Map.of(),
                "application/merge-patch+json",
                Json.parse(("{\"data\":{\"value\":\"n" + number++ + "\"}}").getBytes(StandardCharsets.US_ASCII)));
        return core.call(USER, "bench", patch).object();
    }

    @Benchmark
    public int listThousand() {
        ApiCall list = new ApiCall(Verb.LIST, CONFIGMAPS, "default", "", "", Map.of("limit", "1000"), null, null);
        return core.call(USER, "bench", list).list().items().size();
    }
}
