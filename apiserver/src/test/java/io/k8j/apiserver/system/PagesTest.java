package io.k8j.apiserver.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.apiserver.Operations;
import io.k8j.model.json.Json;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the server tells about itself. */
class PagesTest {
    private static HttpTestServer api;

    @BeforeAll
    static void start() {
        api = new HttpTestServer(
                Operations.DEFAULTS.withFlags(Map.of("request-timeout", "30s", "audit-log-path", "-")));
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> api.get("/readyz").statusCode() == 200);
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void readinessListsItsChecksInUpstreamsForm() {
        HttpResponse<String> answer = api.get("/readyz?verbose");

        assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain; charset=utf-8");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(answer.body())
                .startsWith("[+]ping ok\n[+]log ok\n[+]etcd ok\n[+]etcd-readiness ok\n[+]informer-sync ok\n"
                        + "[+]poststarthook/start-apiserver-admission-initializer ok\n")
                .contains("[+]poststarthook/rbac/bootstrap-roles ok\n")
                .contains("[+]poststarthook/priority-and-fairness-config-producer ok\n")
                .endsWith("[+]shutdown ok\nreadyz check passed\n");
        assertThat(api.get("/livez?verbose").body())
                .doesNotContain("[+]shutdown", "etcd-readiness", "[+]informer-sync")
                .endsWith("livez check passed\n");
        assertThat(api.get("/healthz").body()).isEqualTo("ok");
    }

    @Test
    void checksCanBeAskedAloneAndLeftOut() {
        assertThat(api.get("/readyz/poststarthook/rbac/bootstrap-roles").body()).isEqualTo("ok");
        assertThat(api.get("/livez/etcd").body()).isEqualTo("ok");
        assertThat(api.get("/livez/shutdown").statusCode()).isEqualTo(404);
        assertThat(api.get("/readyz?verbose&exclude=etcd&exclude=nonsense").body())
                .contains("[+]etcd excluded: ok\n")
                .contains("warn: some health checks cannot be excluded: no matches for \"nonsense\"\n");
        assertThat(api.send("POST", "/healthz", "").body()).isEqualTo("ok");
    }

    @Test
    void resultsOfChecksAreCounted() {
        api.get("/livez");
        assertThat(api.get("/metrics/slis").body())
                .contains("# TYPE kubernetes_healthcheck gauge\n")
                .contains("kubernetes_healthcheck{name=\"etcd\",type=\"livez\"} 1\n")
                .containsPattern(
                        "kubernetes_healthchecks_total\\{name=\"ping\",status=\"success\",type=\"livez\"} \\d+\n");
    }

    @Test
    void whatIsWrongIsToldToThoseWhoMayKnow() {
        HttpTestServer dying = new HttpTestServer(Operations.DEFAULTS);
        dying.store.close();
        try {
            HttpResponse<String> all = dying.get("/livez");
            assertThat(all.statusCode()).isEqualTo(500);
            assertThat(all.body()).contains("[-]etcd failed: reason withheld\n").endsWith("livez check failed\n");
            HttpResponse<String> one = dying.get("/livez/etcd");
            assertThat(one.statusCode()).isEqualTo(500);
            assertThat(one.body()).isEqualTo("internal server error: the store is closed\n");
        } finally {
            dying.close();
        }
    }

    @Test
    void requestsAreCountedByUpstreamsLabels() throws Exception {
        api.get("/api/v1/namespaces/default/configmaps");
        api.post(
                "/api/v1/namespaces/default/configmaps?dryRun=All",
                "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'x'}}");
        api.send(api.request("/api/v1/namespaces/default/configmaps/applied?fieldManager=me", "root")
                .header("Content-Type", "application/apply-patch+yaml")
                .method(
                        "PATCH",
                        HttpRequest.BodyPublishers.ofString(
                                "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"applied\"}}")));
        HttpResponse<InputStream> watch = api.client.send(
                api.request("/api/v1/namespaces/default/configmaps?watch=1", "root")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        // A request is counted a moment after its answer has arrived.
        Awaitility.await().until(() -> api.get("/metrics").body().contains("verb=\"APPLY\",version=\"v1\"} 1\n"));
        String metrics = api.get("/metrics").body();

        assertThat(metrics)
                .contains(
                        "apiserver_request_total{code=\"200\",component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"configmaps\",scope=\"namespace\",subresource=\"\",verb=\"LIST\",version=\"v1\"}"
                                + " 1\n")
                .contains(
                        "apiserver_request_total{code=\"201\",component=\"apiserver\",dry_run=\"All\",group=\"\",resource=\"configmaps\",scope=\"resource\",subresource=\"\",verb=\"POST\",version=\"v1\"}"
                                + " 1\n")
                .contains("dry_run=\"\",group=\"\",resource=\"configmaps\",scope=\"resource\",subresource=\"\","
                        + "verb=\"APPLY\",version=\"v1\"} 1\n")
                .contains("apiserver_longrunning_requests{component=\"apiserver\",group=\"\",resource=\"configmaps\","
                        + "scope=\"namespace\",subresource=\"\",verb=\"WATCH\",version=\"v1\"} 1\n")
                .contains("apiserver_response_sizes_bucket{component=\"apiserver\",group=\"\",resource=\"configmaps\","
                        + "scope=\"namespace\",subresource=\"\",verb=\"LIST\",version=\"v1\",le=\"1000\"}")
                .contains("etcd_request_duration_seconds_count{group=\"\",operation=\"create\",resource=\"configmaps\"}"
                        // the others are extension-apiserver-authentication and the day since which tokens are tracked
                        + " 3\n")
                .contains("apiserver_storage_objects{resource=\"configmaps\"} 3\n")
                .contains("apiserver_resource_objects{group=\"flowcontrol.apiserver.k8s.io\",resource=\"flowschemas\"}"
                        + " 11\n")
                .contains("apiserver_watch_events_total{group=\"\",resource=\"configmaps\",version=\"v1\"}")
                .contains("apiserver_storage_events_received_total{group=\"\",resource=\"configmaps\"} ")
                .contains("apiserver_watch_cache_events_received_total{group=\"\",resource=\"configmaps\"} ")
                .contains("apiserver_watch_cache_events_dispatched_total{group=\"\",resource=\"configmaps\"} ")
                .contains("apiserver_watch_cache_initializations_total{group=\"\",resource=\"configmaps\"} 1\n")
                .contains("apiserver_watch_cache_resource_version{group=\"\",resource=\"configmaps\"} ")
                .contains("apiserver_cache_list_total{group=\"\",index=\"\",resource=\"configmaps\"} ")
                .contains("apiserver_storage_list_total{group=\"\",resource=\"configmaps\"} 1\n")
                .contains("apiserver_watch_cache_consistent_read_total{fallback=\"false\",group=\"\","
                        + "resource=\"configmaps\",success=\"true\"} ")
                .contains("watch_cache_capacity{group=\"\",resource=\"configmaps\"} 16\n")
                .contains("authentication_attempts{result=\"success\"}")
                .contains("authorization_attempts_total{result=\"allowed\"}")
                .contains("kubernetes_build_info{")
                .contains("process_cpu_seconds_total ")
                .contains("process_resident_memory_bytes ");
        watch.body().close();
        Awaitility.await().until(() -> api.get("/metrics").body().contains("verb=\"WATCH\",version=\"v1\"} 0\n"));
    }

    @Test
    void everyLineOfTheMetricsIsWellFormedAndEachFamilyComesOnce() {
        List<String> lines = api.get("/metrics").body().lines().toList();
        Pattern sample = Pattern.compile(
                "[a-zA-Z_:][a-zA-Z0-9_:]*(\\{([a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\\n]|\\\\.)*\",?)*})? -?[0-9.eE+-]+");
        assertThat(lines)
                .allSatisfy(line -> assertThat(line)
                        .satisfiesAnyOf(
                                l -> assertThat(l).startsWith("# "),
                                l -> assertThat(sample.matcher(l).matches())
                                        .as(l)
                                        .isTrue()));
        assertThat(lines.stream().filter(line -> line.startsWith("# TYPE "))).doesNotHaveDuplicates();
    }

    @Test
    void statuszAndFlagzComeAsTextAndAsObjects() {
        assertThat(api.get("/statusz").body())
                .startsWith("\napiserver statusz\nWarning: This endpoint is not meant to be machine parseable")
                .contains("Paths: /flagz /healthz /livez /metrics /readyz /statusz /version");
        assertThat(api.get("/flagz").body()).endsWith("\naudit-log-path=-\nrequest-timeout=30s\n");
        HttpResponse<String> json = api.send(
                api.request("/flagz", "root").header("Accept", "application/json;as=Flagz;v=v1beta1;g=config.k8s.io"));
        assertThat(Json.parseObject(json.body()))
                .containsEntry("kind", "Flagz")
                .containsEntry("apiVersion", "config.k8s.io/v1beta1")
                .containsEntry("flags", Map.of("audit-log-path", "-", "request-timeout", "30s"));
        HttpResponse<String> old = api.send(api.request("/statusz", "root")
                .header("Accept", "application/json;v=v1alpha1;g=config.k8s.io;as=Statusz"));
        assertThat(old.headers().firstValue("Warning")).isPresent();
        assertThat(Json.parseObject(old.body())).containsKeys("startTime", "uptimeSeconds", "binaryVersion", "paths");
        assertThat(api.send(api.request("/statusz", "root").header("Accept", "application/json"))
                        .statusCode())
                .isEqualTo(406);
        assertThat(api.send(api.request("/statusz", "bob")).statusCode()).isEqualTo(403);
    }
}
