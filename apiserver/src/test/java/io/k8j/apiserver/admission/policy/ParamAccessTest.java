package io.k8j.apiserver.admission.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.k8j.apiserver.Yaml;
import io.k8j.apiserver.admission.FakeReader;
import io.k8j.apiserver.admission.Requests;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.Authorizer.Decision;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiException;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ParamAccessTest {
    private static final String GROUP = "admissionregistration.k8s.io";
    private static final UserInfo AMY = new UserInfo("amy", "", List.of("a", "b"), Map.of("k", List.of("v")));
    private static final String SHOWN = "&{amy  [a b] map[k:[v]]}";

    private final List<Attributes> asked = new ArrayList<>();

    /**
     * @param spec of the object in {@code resource}
     * @param old what it was; null if it is created
     * @param asked verb, group, version, resource, namespace and name that were asked for; null if nothing was
     * @param refusal the cause if the answer is no
     */
    record Case(String resource, String spec, String old, String asked, String refusal) {}

    static Stream<Case> cases() {
        String configMap = "{paramKind: {apiVersion: v1, kind: ConfigMap}}";
        String foreign = "{paramKind: {apiVersion: a.io/v2, kind: Foo}}";
        String needed = "spec.paramKind: Forbidden: user " + SHOWN
                + " must have \"get\" permission on all objects of the" + " referenced paramKind ";
        String all = " to determine minimum required permissions and user " + SHOWN
                + " does not have \"get\" permission for all groups, versions and resources";
        String bindings = "validatingadmissionpolicybindings";
        return Stream.of(
                new Case("validatingadmissionpolicies", "{}", null, null, null),
                new Case(
                        "validatingadmissionpolicies",
                        configMap,
                        null,
                        "get  v1 configmaps * *",
                        needed + "(kind=ConfigMap, apiVersion=v1)"),
                new Case("validatingadmissionpolicies", configMap, configMap, null, null),
                new Case(
                        "mutatingadmissionpolicies",
                        foreign,
                        configMap,
                        "get a.io v2 * * *",
                        needed + "(kind=Foo, apiVersion=a.io/v2)"),
                new Case(bindings, "{policyName: maps}", null, null, null),
                new Case(
                        bindings,
                        "{policyName: maps, paramRef: {name: x, namespace: n}}",
                        "{policyName: maps, paramRef: {name: x, namespace: n}}",
                        "get  v1 configmaps n x",
                        "spec.paramRef: Forbidden: user " + SHOWN
                                + " does not have \"get\" permission on the object referenced by paramRef"),
                new Case(
                        "mutatingadmissionpolicybindings",
                        "{policyName: maps, paramRef: {selector: {}}}",
                        null,
                        "list  v1 configmaps  ",
                        "spec.paramRef: Forbidden: user list does not have \"" + SHOWN
                                + "\" permission on the object referenced by paramRef"),
                new Case(
                        bindings,
                        "{policyName: none, paramRef: {name: x}}",
                        null,
                        "get * * *  x",
                        "spec.paramRef: Forbidden: unable to get policy none" + all),
                new Case(
                        bindings,
                        "{policyName: foreign, paramRef: {name: x}}",
                        null,
                        "get a.io v2 *  x",
                        "spec.paramRef: Forbidden: unable to resolve paramKind &{a.io/v2 Foo}" + all));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void asksWhetherTheParametersMayBeRead(Case c) {
        ApiException refused = catchThrowableOfType(ApiException.class, () -> run(c, AMY, new Decision.NoOpinion("")));
        assertThat(asked.stream().map(ParamAccessTest::text).toList())
                .isEqualTo(c.asked() == null ? List.of() : List.of(c.asked()));
        if (c.refusal() == null) {
            assertThat(refused).isNull();
        } else {
            assertThat(refused.code()).isEqualTo(422);
            assertThat(refused).hasMessageEndingWith("\"p\" is invalid: " + c.refusal());
        }
        run(c, AMY, new Decision.Allow(""));
    }

    @Test
    void superusersAreNotAsked() {
        Case c = cases().skip(1).findFirst().orElseThrow();
        run(c, UserInfo.of("root", "system:masters"), new Decision.NoOpinion(""));
        assertThat(asked).isEmpty();
    }

    private void run(Case c, UserInfo user, Decision answer) {
        FakeReader reader = new FakeReader();
        for (String policies : List.of("validatingadmissionpolicies", "mutatingadmissionpolicies")) {
            reader.with(policies + "." + GROUP, policy("maps", "v1, kind: ConfigMap"))
                    .with(policies + "." + GROUP, policy("foreign", "a.io/v2, kind: Foo"));
        }
        ParamAccess step = new ParamAccess(
                reader,
                wanted -> {
                    asked.add(wanted);
                    return answer;
                },
                kind -> kind.equals(new GroupVersionKind("", "v1", "ConfigMap"))
                        ? new GroupVersionResource("", "v1", "configmaps")
                        : null);
        Requests.run(
                step,
                Requests.of(
                        new GroupVersionResource(GROUP, "v1", c.resource()),
                        "P",
                        c.old() == null ? Operation.CREATE : Operation.UPDATE,
                        "",
                        object(c.spec()),
                        c.old() == null ? null : object(c.old()),
                        user));
    }

    private static String policy(String name, String kind) {
        return "{metadata: {name: " + name + "}, spec: {paramKind: {apiVersion: " + kind + "}}}";
    }

    private static Map<String, Object> object(String spec) {
        return Yaml.tree("{metadata: {name: p}, spec: " + spec + "}");
    }

    private static String text(Attributes a) {
        return String.join(" ", a.verb(), a.apiGroup(), a.apiVersion(), a.resource(), a.namespace(), a.name());
    }
}
