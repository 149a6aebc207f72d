package io.k8j.apiserver.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the first version cannot say travels in annotations, in the shapes upstream gives them. */
class AutoscalerConverterTest {
    private static final AutoscalerConverter CONVERTER = new AutoscalerConverter();
    private static final String ANNOTATION = "autoscaling.alpha.kubernetes.io/";
    private static final String STORED = """
            {"apiVersion":"autoscaling/v2","metadata":{"name":"h"},
             "spec":{"maxReplicas":3,"metrics":[
              {"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":70}}},
              {"type":"Resource","resource":{"name":"memory","target":{"type":"AverageValue","averageValue":"1Gi"}}},
              {"type":"Pods","pods":{"metric":{"name":"p"},"target":{"type":"AverageValue","averageValue":"3"}}},
              {"type":"Object","object":{"describedObject":{"kind":"Service","name":"s","apiVersion":"v1"},
                "target":{"type":"Value","value":"4"},"metric":{"name":"o"}}},
              {"type":"External","external":{"metric":{"name":"e","selector":{"matchLabels":{"a":"b"}}},
                "target":{"type":"AverageValue","averageValue":"5"}}},
              {"type":"ContainerResource","containerResource":{"name":"cpu",
                "target":{"type":"Utilization","averageUtilization":60},"container":"c"}}],
              "behavior":{"scaleDown":{"selectPolicy":"Max","policies":[
                {"type":"Percent","value":100,"periodSeconds":15}]}}},
             "status":{"currentMetrics":[
              {"type":"Resource","resource":{"name":"cpu","current":{"averageValue":"10m","averageUtilization":7}}},
              {"type":"Object","object":{"metric":{"name":"o"},"current":{"value":"2"},
                "describedObject":{"kind":"Service","name":"s"}}}]}}""";

    private static String annotation(Map<String, Object> first, String name) {
        return Trees.string(first, "metadata", "annotations", ANNOTATION + name);
    }

    @Test
    void metricsTravelInTheFlatShape() {
        Map<String, Object> first = CONVERTER.fromStored(Json.parseObject(STORED));

        assertThat(Trees.integer(first, "spec", "targetCPUUtilizationPercentage"))
                .isEqualTo(70L);
        assertThat(Trees.integer(first, "status", "currentCPUUtilizationPercentage"))
                .isEqualTo(7L);
        assertThat(annotation(first, "metrics"))
                .isEqualTo("[{\"type\":\"Resource\",\"resource\":{\"name\":\"memory\",\"targetAverageValue\":\"1Gi\"}},"
                        + "{\"type\":\"Pods\",\"pods\":{\"metricName\":\"p\",\"targetAverageValue\":\"3\"}},"
                        + "{\"type\":\"Object\",\"object\":{\"target\":{\"kind\":\"Service\",\"name\":\"s\","
                        + "\"apiVersion\":\"v1\"},\"metricName\":\"o\",\"targetValue\":\"4\"}},"
                        + "{\"type\":\"External\",\"external\":{\"metricName\":\"e\",\"metricSelector\":"
                        + "{\"matchLabels\":{\"a\":\"b\"}},\"targetAverageValue\":\"5\"}},"
                        + "{\"type\":\"ContainerResource\",\"containerResource\":{\"name\":\"cpu\","
                        + "\"targetAverageUtilization\":60,\"container\":\"c\"}}]");
        assertThat(annotation(first, "current-metrics"))
                .isEqualTo("[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"currentAverageUtilization\":7,"
                        + "\"currentAverageValue\":\"10m\"}},{\"type\":\"Object\",\"object\":{\"target\":"
                        + "{\"kind\":\"Service\",\"name\":\"s\"},\"metricName\":\"o\",\"currentValue\":\"2\"}}]");
        assertThat(annotation(first, "behavior"))
                .isEqualTo("{\"ScaleUp\":null,\"ScaleDown\":{\"StabilizationWindowSeconds\":null,"
                        + "\"SelectPolicy\":\"Max\",\"Policies\":[{\"Type\":\"Percent\",\"Value\":100,"
                        + "\"PeriodSeconds\":15}],\"Tolerance\":null}}");
    }

    @Test
    void nothingIsLostOnTheWayBack() {
        Map<String, Object> back = CONVERTER.toStored(CONVERTER.fromStored(Json.parseObject(STORED)));

        Map<String, Object> expected = Json.parseObject(STORED);
        Trees.list(expected, "spec", "metrics")
                .add(Trees.list(expected, "spec", "metrics").removeFirst());
        assertThat(Trees.deepEquals(back, expected))
                .as(() -> Json.writeString(back))
                .isTrue();
    }

    @Test
    void brokenAnnotationsAreDropped() {
        Map<String, Object> stored = CONVERTER.toStored(
                Json.parseObject("{\"metadata\":{\"annotations\":{\"" + ANNOTATION + "metrics\":\"{\",\"" + ANNOTATION
                        + "scale-up-tolerance\":\"1\",\"x\":\"y\"}},\"spec\":{\"targetCPUUtilizationPercentage\":5}}"));

        assertThat(Trees.map(stored, "metadata", "annotations")).containsOnlyKeys("x");
        assertThat(Trees.list(stored, "spec", "metrics")).hasSize(1);
    }
}
