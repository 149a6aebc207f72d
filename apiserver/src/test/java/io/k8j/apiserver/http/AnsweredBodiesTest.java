package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What subresources and reviews say to bodies that are not quite right; as upstream's 1.36.2. */
class AnsweredBodiesTest {
    private static final String DEFAULT = "/api/v1/namespaces/default/";
    private static final String REVIEWS = "/apis/authorization.k8s.io/v1/";
    private static HttpTestServer server;

    @BeforeAll
    static void start() {
        server = new HttpTestServer();
        server.post(DEFAULT + "serviceaccounts", "{'metadata':{'name':'default'}}");
        server.post(
                DEFAULT + "pods",
                "{'metadata':{'name':'p'},'spec':{'initContainers':[{'name':'i','image':'x'}],"
                        + "'containers':[{'name':'c','image':'x'},{'name':'d','image':'x'}]}}");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "pods/p/binding|{'target':{'name':'n'}}|400|name in URL does not match name in Binding object",
                "pods/p/binding|{'metadata':{'name':'p','namespace':'x'},'target':{'name':'n'}}|400|the namespace of the"
                        + " provided object does not match the namespace sent on the request",
                "bindings|{'target':{'name':'n'}}|400|Name parameter required.",
                "pods/p/eviction|{}|400|name in URL does not match name in Eviction object",
                "pods/p/eviction|{'metadata':{'name':'p','namespace':'x'}}|400|the namespace of the provided object",
                "serviceaccounts/default/token|{'metadata':{'name':'x'}}|422|must match the service account name",
                "serviceaccounts/default/token|{'metadata':{'namespace':'x'}}|400|the namespace of the provided object"
            })
    void subresourcesCheckWhomTheirBodiesAreAbout(String path, String body, int code, String words) {
        HttpResponse<String> response = server.post(DEFAULT + path + "?dryRun=All", body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(code);
        assertThat(response.body()).contains(words);
    }

    @Test
    void unknownFieldsAreTold() {
        String eviction = "{'metadata':{'name':'p'},'odd':1}";
        assertThat(server.post(DEFAULT + "pods/p/eviction?dryRun=All", eviction)
                        .headers()
                        .allValues("Warning"))
                .containsExactly("299 - \"unknown field \\\"odd\\\"\"");
        HttpResponse<String> strict =
                server.post(REVIEWS + "selfsubjectrulesreviews?fieldValidation=Strict", "{'odd':1}");
        assertThat(strict.statusCode()).isEqualTo(400);
        assertThat(strict.body()).contains("strict decoding error: unknown field \\\"odd\\\"");
    }

    @Test
    void aLocalReviewIsCheckedAsAWhole() {
        HttpResponse<String> response = server.post(
                REVIEWS + "namespaces/default/localsubjectaccessreviews",
                "{'spec':{'resourceAttributes':{'namespace':'x'},'nonResourceAttributes':{'path':'/a'}}}");
        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(response.body())
                .contains("spec.resourceAttributes.namespace: Invalid value: \\\"x\\\": must match metadata.namespace")
                .contains(
                        "Invalid value: {\\\"Path\\\":\\\"/a\\\",\\\"Verb\\\":\\\"\\\"}: disallowed on this kind of request")
                .contains("at least one of user or group must be specified");
    }

    @Test
    void aReviewOfRulesDoesNotRepeatTheQuestion() {
        String answer = server.post(REVIEWS + "selfsubjectrulesreviews", "{'spec':{'namespace':'default'}}")
                .body();
        assertThat(answer).contains("\"spec\":{},\"status\":{\"resourceRules\":[");
    }

    @Test
    void whoMayNotSeeAPageLearnsSo() {
        HttpResponse<String> response = server.send(server.request("/metrics", "bob"));
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(response.body())
                .contains("\"message\":\"forbidden: User \\\"bob\\\" cannot get path \\\"/metrics\\\"\"")
                .contains("\"details\":{}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "p|tailLines=-1&limitBytes=0|422|[tailLines: Invalid value: -1: must be greater than or equal to 0,"
                        + " limitBytes: Invalid value: 0: must be greater than 0]",
                "none|stream=Stdout|422|stream: Forbidden: may not be specified",
                "p|sinceSeconds=1&sinceTime=2020-01-01T00:00:00Z|422|[]: Forbidden: at most one of",
                "none|sinceTime=x|400|parsing time \\\"x\\\" as",
                "none|tailLines=x|400|strconv.ParseInt: parsing \\\"x\\\": invalid syntax",
                "none|tailLines=1|404|pods \\\"none\\\" not found",
                "p|container=|400|a container name must be specified for pod p, choose one of: [i c d]"
            })
    void logsAreAskedForWithWholeSentences(String pod, String query, int code, String words) {
        HttpResponse<String> response = server.get(DEFAULT + "pods/" + pod + "/log?" + query);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(code);
        assertThat(response.body()).contains(words);
    }

    @Test
    void wrongOptionsOfADeletionAreToldWithoutTheirBeginning() {
        HttpResponse<String> response = server.send("DELETE", DEFAULT + "pods/p", "[]");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("\"message\":\"couldn't get version/kind; json parse error:");
    }
}
