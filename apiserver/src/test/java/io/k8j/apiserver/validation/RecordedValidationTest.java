package io.k8j.apiserver.validation;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.apiserver.strategy.Strategies;
import io.k8j.model.api.FieldError;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.schema.Defaulter;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import io.k8j.model.schema.StrictDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replays refused creations that were recorded from upstream 1.20. */
class RecordedValidationTest {
    /** What newer versions say instead. */
    private static final Map<String, String> CHANGED = Map.ofEntries(
            // the limit is named
            entry(
                    "pod request over limit",
                    "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1"),
            // only the value is shown
            entry(
                    "pod bad toleration",
                    "[spec.tolerations[0].operator: Invalid value: \"b\": value must be empty when `operator` is 'Exists',"
                            + " spec.tolerations[1].effect: Unsupported value: \"Nope\": supported values: \"NoSchedule\","
                            + " \"PreferNoSchedule\", \"NoExecute\"]"),
            // structures are shown as JSON
            entry(
                    "deployment no selector",
                    "[spec.selector: Required value, spec.template.metadata.labels: Invalid value: {\"app\":\"a\"}:"
                            + " `selector` does not match template `labels`]"),
            entry(
                    "deployment bad percent",
                    "spec.strategy.rollingUpdate.maxSurge: Invalid value: \"x%\": a valid percent string must be a numeric"
                            + " string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is"
                            + " '[0-9]+%')"),
            entry(
                    "service dup port",
                    "spec.ports[1]: Duplicate value: {\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,\"Port\":80,"
                            + "\"TargetPort\":0,\"NodePort\":0}"),
            entry(
                    "statefulset no service",
                    "spec.updateStrategy: Invalid value: {\"Type\":\"X\",\"RollingUpdate\":null}: must be 'RollingUpdate' or"
                            + " 'OnDelete'"),
            entry("daemonset matchLables", "spec.selector: Invalid value: {}: empty selector is invalid for daemonset"),
            // the CIDR's sentence has an example
            entry(
                    "networkpolicy",
                    "spec.ingress[0].from[0].ipBlock.cidr: Invalid value: \"1.2.3.4/99\": must be a valid CIDR value, (e.g."
                            + " 10.9.8.0/24 or 2001:db8::/64)"),
            // the group of the target is looked at
            entry(
                    "hpa",
                    "[spec.maxReplicas: Invalid value: 1: must be greater than or equal to `minReplicas`,"
                            + " spec.scaleTargetRef.kind: Required value, spec.scaleTargetRef.name: Required value,"
                            + " spec.scaleTargetRef.apiVersion: Invalid value: \"\": apiVersion must specify API group]"));

    record Case(String name, GroupVersionResource resource, Map<String, Object> object, String message) {}

    static List<Case> cases() throws IOException {
        try (var in = RecordedValidationTest.class.getResourceAsStream("recorded.jsonl")) {
            return Arrays.stream(new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n"))
                    .map(Json::parseObject)
                    .map(l -> new Case(
                            Trees.string(l, "name"),
                            new GroupVersionResource(
                                    Trees.string(l, "group"), Trees.string(l, "version"), Trees.string(l, "resource")),
                            Trees.map(l, "object"),
                            Trees.string(l, "message")))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void refusesWithUpstreamsWords(Case c) {
        assertThat(FieldError.aggregate(create(c.resource(), c.object())))
                .as(c.name())
                .isEqualTo(CHANGED.getOrDefault(c.name(), c.message()));
    }

    /** Takes an object the way a request takes: decoded, defaulted, prepared, checked. */
    static List<FieldError> create(GroupVersionResource resource, Map<String, Object> body) {
        Schema schema = Schemas.kind(GroupVersionKind.of(Trees.string(body, "apiVersion"), Trees.string(body, "kind")));
        Map<String, Object> object = StrictDecoder.decode(schema, body).object();
        Trees.map(object, "metadata").putIfAbsent("uid", "u");
        Defaulter.apply(schema, object);
        ResourceStrategy strategy = Strategies.of(resource);
        RequestContext context =
                new RequestContext(UserInfo.of("me"), Verb.CREATE, resource, "rec", "", "", Instant.EPOCH, false);
        strategy.prepareForCreate(context, object);
        return strategy.validate(context, object);
    }
}
