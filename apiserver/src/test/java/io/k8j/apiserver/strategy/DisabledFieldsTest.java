package io.k8j.apiserver.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.Yaml;
import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DisabledFieldsTest {
    /**
     * Fields that are off by default in 1.36.
     *
     * @param left what is stored of a new object
     */
    record Case(String name, String resource, String object, String left) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        String signal = "{template: {spec: {containers: [{name: c, lifecycle: {stopSignal: SIGINT}}]}}}";
        String bundle = "{spec: {volumes: [{name: v, projected: {sources: [{clusterTrustBundle: {path: a}},"
                + " {podCertificate: {keyType: x}}]}}]}}";
        return Stream.of(
                new Case("stop signals", "podtemplates", signal, "{template: {spec: {containers: [{name: c}]}}}"),
                new Case(
                        "stop signals beside hooks",
                        "podtemplates",
                        "{template: {spec: {initContainers: [{lifecycle: {stopSignal: SIGINT, preStop: {}}}]}}}",
                        "{template: {spec: {initContainers: [{lifecycle: {preStop: {}}}]}}}"),
                new Case(
                        "bundles and certificates of Pods",
                        "pods",
                        bundle,
                        "{spec: {volumes: [{name: v, projected: {sources: [{}, {}]}}]}}"),
                new Case(
                        "Pods of a StatefulSet that may be missing",
                        "statefulsets.apps",
                        "{spec: {updateStrategy: {rollingUpdate: {partition: 1, maxUnavailable: 2}}}}",
                        "{spec: {updateStrategy: {rollingUpdate: {partition: 1}}}}"),
                new Case(
                        "drivers without which nothing is scheduled",
                        "csidrivers.storage.k8s.io",
                        "{spec: {preventPodSchedulingIfMissing: true}}",
                        "{spec: {}}"),
                new Case(
                        "elections that are coordinated",
                        "leases.coordination.k8s.io",
                        "{spec: {strategy: OldestEmulationVersion, preferredHolder: a}}",
                        "{spec: {}}"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void newObjectsDoNotGetThem(Case c) {
        Map<String, Object> object = Yaml.tree(c.object());
        strategy(c).prepareForCreate(context(Verb.CREATE), object);
        assertThat(spec(object)).isEqualTo(spec(Yaml.tree(c.left())));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void newVersionsGetThemOnlyIfTheOldOneHadThem(Case c) {
        Map<String, Object> object = Yaml.tree(c.object());
        strategy(c).prepareForUpdate(context(Verb.UPDATE), object, Yaml.tree(c.left()));
        assertThat(spec(object)).isEqualTo(spec(Yaml.tree(c.left())));
        Map<String, Object> again = Yaml.tree(c.object());
        strategy(c).prepareForUpdate(context(Verb.UPDATE), again, Yaml.tree(c.object()));
        assertThat(spec(again)).isEqualTo(spec(Yaml.tree(c.object())));
    }

    private static Object spec(Map<String, Object> object) {
        return object.containsKey("spec") ? object.get("spec") : Trees.get(object, "template", "spec");
    }

    private static ResourceStrategy strategy(Case c) {
        int dot = c.resource().indexOf('.');
        String group = dot < 0 ? "" : c.resource().substring(dot + 1);
        return Strategies.of(new GroupVersionResource(
                group, "v1", dot < 0 ? c.resource() : c.resource().substring(0, dot)));
    }

    private static RequestContext context(Verb verb) {
        return new RequestContext(
                UserInfo.of("me"), verb, new GroupVersionResource("", "v1", "pods"), "a", "", "", Instant.EPOCH, false);
    }
}
