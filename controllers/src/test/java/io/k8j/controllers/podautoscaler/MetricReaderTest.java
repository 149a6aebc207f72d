package io.k8j.controllers.podautoscaler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.autoscaling.v2.CrossVersionObjectReference;
import io.k8j.client.ResourceCatalog;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.WatchListener;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

/** What is asked of the metrics APIs and what is read out of their answers. */
class MetricReaderTest {
    private final Served api = new Served();
    private final MetricReader reader = new MetricReader(
            api,
            () -> List.of(new ResourceCatalog.Entry(
                    new GroupVersionResource("networking.k8s.io", "v1", "ingresses"), "Ingress", true, Set.of())));

    /** Answers paths with documents and notes what it was asked. */
    private static final class Served implements ApiTransport {
        private final Map<String, String> documents = new LinkedHashMap<>();
        private final List<String> asked = new ArrayList<>();

        @Override
        public ApiResponse call(ApiCall call) {
            StringJoiner path = new StringJoiner("/");
            path.add(call.resource().group()).add(call.resource().version()).add(call.namespace());
            path.add(call.resource().resource());
            if (!call.name().isEmpty()) path.add(call.name());
            if (!call.subresource().isEmpty()) path.add(call.subresource());
            asked.add(call.verb() + " " + path + " " + call.query());
            String document = documents.get(path.toString());
            if (document == null) {
                throw new ApiException(
                        404, "NotFound", "the server could not find the requested resource", new LinkedHashMap<>());
            }
            byte[] json = document.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
            if (!call.name().isEmpty()) return new ApiResponse(200, ApiObject.ofJson(json), null, List.of());
            List<ApiObject> items = Trees.list(Json.parseObject(json), "items").stream()
                    .map(item -> ApiObject.ofTree(Trees.map(item)))
                    .toList();
            return new ApiResponse(200, null, new ApiResponse.ApiList(items, "", "", null), List.of());
        }

        @Override
        public Watch watch(ApiCall call, WatchListener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    @Test
    void sumsTheContainersOfAPod() {
        api.documents.put("metrics.k8s.io/v1beta1/ns/pods", """
                {'items':[
                  {'metadata':{'name':'a'},'timestamp':'2026-01-01T00:00:00Z','window':'15.5s','containers':[
                    {'name':'x','usage':{'cpu':'250000000n','memory':'1Ki'}},{'name':'y','usage':{'cpu':'1'}}]},
                  {'metadata':{'name':'b'},'timestamp':'2026-01-01T00:00:00Z','window':'15s','containers':[]}]}
                """);
        PodSample whole = new PodSample(Instant.parse("2026-01-01T00:00:00Z"), Duration.ofMillis(15500), 1250);
        assertThat(reader.resource("cpu", "ns", "app=a", "")).isEqualTo(Map.of("a", whole));
        assertThat(reader.resource("cpu", "ns", "app=a", "x").get("a").value()).isEqualTo(250);
        assertThat(reader.resource("memory", "ns", "app=a", "")).isEmpty(); // y does not tell
        assertThat(api.asked).first().isEqualTo("LIST metrics.k8s.io/v1beta1/ns/pods {labelSelector=app=a}");
    }

    @Test
    void asksForAMetricOfAllPods() {
        api.documents.put("custom.metrics.k8s.io/v1beta2/ns/pods/*/packets", """
                {'items':[{'describedObject':{'name':'a'},'metric':{'name':'packets'},'value':'1500m',
                  'timestamp':'2026-01-01T00:00:00Z','windowSeconds':30}]}
                """);
        assertThat(reader.pods("packets", "ns", "app=a", "verb=get"))
                .isEqualTo(Map.of(
                        "a", new PodSample(Instant.parse("2026-01-01T00:00:00Z"), Duration.ofSeconds(30), 1500)));
        assertThat(api.asked)
                .singleElement()
                .asString()
                .contains("labelSelector=app=a", "metricLabelSelector=verb=get");
    }

    @Test
    void takesTheOlderVersionWhereThereIsNoOther() {
        api.documents.put("custom.metrics.k8s.io/v1beta1/ns/pods/*/packets", """
                {'items':[{'describedObject':{'name':'a'},'metricName':'packets','value':'2','window':10,
                  'timestamp':'2026-01-01T00:00:00Z'}]}
                """);
        assertThat(reader.pods("packets", "ns", "app=a", "").get("a").window()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void asksForAMetricOfAnObjectOrOfTheNamespace() {
        api.documents.put(
                "custom.metrics.k8s.io/v1beta2/ns/ingresses.networking.k8s.io/main/hits",
                "{'items':[{'value':'20k'}]}");
        api.documents.put("custom.metrics.k8s.io/v1beta2/ns/metrics/hits", "{'items':[{'value':'3'}]}");
        assertThat(reader.object(
                        "hits", "ns", new CrossVersionObjectReference("networking.k8s.io/v1", "Ingress", "main"), ""))
                .isEqualTo(20_000_000);
        assertThat(reader.object("hits", "ns", new CrossVersionObjectReference("v1", "Namespace", "other"), ""))
                .isEqualTo(3000);
        assertThatThrownBy(() -> reader.object(
                        "hits", "ns", new CrossVersionObjectReference("example.test/v1", "Thing", "t"), ""))
                .hasMessage("unable to fetch metrics from custom metrics API: unable to map kind Thing.example.test to"
                        + " resource: no matches for kind \"Thing\" in group \"example.test\"");
    }

    @Test
    void readsAllValuesOfAMetricOfTheWorld() {
        api.documents.put("external.metrics.k8s.io/v1beta1/ns/queue", "{'items':[{'value':'1'},{'value':'500m'}]}");
        assertThat(reader.external("queue", "ns", "name=a")).containsExactly(1000L, 500L);
        assertThat(api.asked).singleElement().asString().endsWith("{labelSelector=name=a}");
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> reader.resource("cpu", "ns", "", ""))
                .hasMessage("unable to fetch metrics from resource metrics API: the server could not find the"
                        + " requested resource (get pods.metrics.k8s.io)");
        assertThatThrownBy(() -> reader.external("queue", "ns", ""))
                .hasMessage("unable to fetch metrics from external metrics API: the server could not find the"
                        + " requested resource (get queue.external.metrics.k8s.io)");
        assertThatThrownBy(() -> reader.pods("packets", "ns", "", ""))
                .hasMessage("unable to fetch metrics from custom metrics API: no custom metrics API"
                        + " (custom.metrics.k8s.io) registered");
        api.documents.put("external.metrics.k8s.io/v1beta1/ns/queue", "{'items':[]}");
        assertThatThrownBy(() -> reader.external("queue", "ns", ""))
                .hasMessage("no metrics returned from external metrics API");
        api.documents.put("external.metrics.k8s.io/v1beta1/ns/queue", "{'items':[{'value':'x'}]}");
        assertThatThrownBy(() -> reader.external("queue", "ns", "")).isInstanceOf(MetricException.class);
    }
}
