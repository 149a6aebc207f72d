package io.k8j.apiserver;

import static io.k8j.apiserver.HookServer.allow;
import static io.k8j.apiserver.HookServer.patch;
import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiException;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What admission webhooks are asked, and what becomes of their answers. */
class WebhookAnswersTest extends HookedServer {
    record Answer(String name, String response, String message, int code) {}

    static List<Answer> answers() {
        return List.of(
                new Answer("a message", "{allowed: false, status: {message: no, code: 403}}", DENIED + ": no", 403),
                new Answer("nothing", "{allowed: false}", DENIED + " without explanation", 400),
                new Answer(
                        "a reason",
                        "{allowed: false, status: {reason: Conflict, code: 409}}",
                        DENIED + ": Conflict",
                        409),
                new Answer(
                        "a code that is none",
                        "{allowed: false, status: {message: no, code: 200}}",
                        DENIED + ": no",
                        400));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void refusalsArePassedOn(Answer a) {
        hooks.on("/", request -> Yaml.tree(a.response()));
        configure(VALIDATING, "v", "/", MAPS, "");
        ApiException refusal = server.refusal("v1/configmaps", map("m", ""));
        assertThat(refusal.getMessage()).as(a.name()).isEqualTo(a.message());
        assertThat(refusal.code()).isEqualTo(a.code());
        assertThat(server.metric("apiserver_admission_webhook_rejection_count"))
                .contains("name=\"v.example.com\",type=\"validating\",operation=\"CREATE\",error_type=\"no_error\"");
    }

    record Invalid(String name, boolean mutating, String answer, String message) {}

    static List<Invalid> invalid() {
        String v1 = "'apiVersion':'admission.k8s.io/v1','kind':'AdmissionReview'";
        return List.of(
                new Invalid(
                        "no response",
                        false,
                        "{" + v1 + "}",
                        "received invalid webhook response: webhook response was absent"),
                new Invalid(
                        "another uid",
                        false,
                        "{" + v1 + ",'response':{'uid':'x','allowed':true}}",
                        "received invalid webhook response: expected response.uid=\""),
                new Invalid(
                        "another version",
                        false,
                        "{'apiVersion':'admission.k8s.io/v1beta1','kind':'AdmissionReview','response':{'uid':'UID'}}",
                        "received invalid webhook response: expected webhook response of admission.k8s.io/v1,"
                                + " Kind=AdmissionReview, got admission.k8s.io/v1beta1, Kind=AdmissionReview"),
                new Invalid(
                        "a patch that validates",
                        false,
                        "{" + v1 + ",'response':{'uid':'UID','allowed':true,'patchType':'JSONPatch','patch':'W10='}}",
                        "received invalid webhook response: validating webhook may not return response.patch"),
                new Invalid(
                        "a patch without type",
                        true,
                        "{" + v1 + ",'response':{'uid':'UID','allowed':true,'patch':'W10='}}",
                        "received invalid webhook response: webhook returned response.patch but not"
                                + " response.patchType"),
                new Invalid(
                        "a patch that is none",
                        true,
                        "{" + v1 + ",'response':{'uid':'UID','allowed':true,'patchType':'JSONPatch','patch':'e30='}}",
                        "received undecodable patch in webhook response: "),
                new Invalid(
                        "no base64",
                        true,
                        "{" + v1 + ",'response':{'uid':'UID','allowed':true,'patchType':'JSONPatch','patch':'!!!'}}",
                        "failed to call webhook: illegal base64 data at input byte 0"),
                new Invalid(
                        "another type",
                        false,
                        "{" + v1 + ",'response':{'uid':'UID','allowed':'yes'}}",
                        "failed to call webhook: json: cannot unmarshal string into Go struct field"
                                + " AdmissionResponse.response.allowed of type bool"),
                new Invalid(
                        "nothing",
                        false,
                        "",
                        "failed to call webhook: 0-length response with status code: 200 and content type: "),
                new Invalid("null", false, "null", "received invalid webhook response: webhook response was absent"),
                new Invalid(
                        "no kind",
                        false,
                        "{'response':{'uid':'UID','allowed':true}}",
                        "received invalid webhook response: expected webhook response of admission.k8s.io/v1,"
                                + " Kind=AdmissionReview, got /, Kind="),
                new Invalid(
                        "a list",
                        false,
                        "[]",
                        "failed to call webhook: couldn't get version/kind; json parse error: json: cannot unmarshal"
                                + " array into Go value of type struct { APIVersion string"),
                new Invalid(
                        "no JSON",
                        false,
                        "hello",
                        "failed to call webhook: couldn't get version/kind; json parse error: json: cannot unmarshal"
                                + " string into Go value of type struct { APIVersion string"));
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void answersThatAreNoneRefuseUnlessTheyMayBeIgnored(Invalid i) {
        hooks.raw("/", review -> i.answer().replace('\'', '"').replace("UID", Trees.string(review, "request", "uid")));
        String resource = i.mutating() ? MUTATING : VALIDATING;
        configure(resource, "v", "/", MAPS, "");
        ApiException refusal = server.refusal("v1/configmaps", map("m", ""));
        assertThat(refusal.getMessage())
                .as(i.name())
                .startsWith("Internal error occurred: failed calling webhook \"v.example.com\": " + i.message());
        assertThat(refusal.code()).isEqualTo(500);
        server.server.patch(
                resource, "v", "json", "[{'op':'replace','path':'/webhooks/0/failurePolicy','value':'Ignore'}]");
        server.create("v1/configmaps", map("m", ""));
        assertThat(server.annotations.getLast().toString())
                .contains("failed-open." + (i.mutating() ? "mutation" : "validating"));
    }

    @Test
    void theReviewTellsEverything() {
        hooks.on("/", request -> allow());
        configure(VALIDATING, "v", "/", MAPS, "");
        server.create("v1/configmaps", map("m", "a: x"));
        server.server.patch("v1/configmaps", "m", "merge", "{'data':{'a':'y'}}");
        server.server.delete("v1/configmaps", "m", "");
        Map<String, Object> create = hooks.requests.get(0);
        assertThat(create.keySet())
                .contains("uid", "kind", "resource", "requestKind", "requestResource", "name", "namespace", "operation")
                .contains("userInfo", "object", "dryRun", "options");
        assertThat(Trees.string(create, "options", "kind")).isEqualTo("CreateOptions");
        assertThat(Trees.string(create, "object", "data", "a")).isEqualTo("x");
        assertThat(create.get("oldObject")).isNull();
        assertThat(Trees.string(hooks.requests.get(1), "operation")).isEqualTo("UPDATE");
        assertThat(Trees.string(hooks.requests.get(1), "oldObject", "data", "a"))
                .isEqualTo("x");
        assertThat(hooks.requests.get(2).get("object")).isNull();
        assertThat(Trees.string(hooks.requests.get(2), "oldObject", "data", "a"))
                .isEqualTo("y");
    }

    @Test
    void aSilentWebhookTimesOut() {
        hooks.silent("/");
        configure(VALIDATING, "v", "/", MAPS, ", timeoutSeconds: 1");
        assertThat(server.refusal("v1/configmaps", map("m", "")).getMessage())
                .startsWith("Internal error occurred: failed calling webhook \"v.example.com\": failed to call webhook:"
                        + " Post \"https://127.0.0.1:")
                .endsWith("?timeout=1s\": context deadline exceeded");
        server.server.patch(
                VALIDATING, "v", "json", "[{'op':'replace','path':'/webhooks/0/failurePolicy','value':'Ignore'}]");
        server.create("v1/configmaps", map("m", ""));
        assertThat(server.metric("apiserver_admission_webhook_fail_open_count"))
                .endsWith("{name=\"v.example.com\",type=\"validating\"} 1");
    }

    @Test
    void aWebhookThatIsNotTrustedOrNotThereClosesTheGate() {
        server.create(
                VALIDATING,
                "{metadata: {name: v}, webhooks: [{name: v.example.com, clientConfig: {url: 'https://127.0.0.1:"
                        + hooks.server.getAddress().getPort() + "/'}, rules: [" + MAPS
                        + "], admissionReviewVersions: [v1], sideEffects: None}]}");
        assertThat(server.refusal("v1/configmaps", map("m", "")).getMessage())
                .endsWith("tls: failed to verify certificate: x509: certificate signed by unknown authority");
        server.server.patch(
                VALIDATING,
                "v",
                "json",
                "[{'op':'replace','path':'/webhooks/0/clientConfig','value':{'service':{'namespace':'rec','name':'hook'}}}]");
        assertThat(server.refusal("v1/configmaps", map("m", "")).getMessage())
                .isEqualTo("Internal error occurred: failed calling webhook \"v.example.com\": failed to call webhook:"
                        + " Post \"https://hook.rec.svc:443?timeout=10s\": service \"hook\" not found");
    }

    @Test
    void warningsAndAnnotationsArePassedOn() {
        hooks.on("/", r -> Yaml.tree("{allowed: true, warnings: [careful], auditAnnotations: {key: value}}"));
        configure(VALIDATING, "v", "/", MAPS, "");
        assertThat(server.warnings("v1/configmaps", map("m", ""))).containsExactly("careful");
        assertThat(server.annotations.getLast()).containsEntry("v.example.com/key", "value");
    }

    @Test
    void aPatchThatDoesNotFitIsAnInternalError() {
        hooks.on("/", r -> patch("[{'op':'remove','path':'/data/zz'}]"));
        configure(MUTATING, "a", "/", MAPS, ", failurePolicy: Ignore");
        ApiException refusal = server.refusal("v1/configmaps", map("m", "a: x"));
        assertThat(refusal.code()).isEqualTo(500);
        assertThat(refusal.getMessage()).startsWith("Internal error occurred: ");
    }

    @Test
    void answersMayBeYaml() {
        hooks.raw(
                "/",
                review -> "apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nresponse: {allowed: true, uid: '"
                        + Trees.string(review, "request", "uid") + "'}\n");
        configure(VALIDATING, "v", "/", MAPS, "");
        server.create("v1/configmaps", map("m", ""));
        assertThat(hooks.requests).hasSize(1);
    }

    /** Who may write in one namespace must not get something into another by a patch. */
    @Test
    void aPatchCannotMoveAnObjectToAnotherNamespace() {
        server.create("v1/configmaps", map("old", ""));
        hooks.on("/", r -> patch("[{'op':'replace','path':'/metadata/namespace','value':'other'}]"));
        configure(MUTATING, "a", "/", MAPS, "");
        ApiException refusal = server.refusal("v1/configmaps", map("m", ""));
        assertThat(refusal.code()).isEqualTo(400);
        assertThat(refusal.getMessage())
                .isEqualTo("the namespace of the provided object does not match the namespace sent on the request");
        ApiException change =
                TestServer.refusal(() -> server.server.patch("v1/configmaps", "old", "merge", "{'data':{'a':'b'}}"));
        assertThat(change.code()).isEqualTo(400);
    }
}
