package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.apiserver.Operations;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Logs and streams of a Pod that has no node yet. */
class PodLogsTest {
    private static final String PODS = "/api/v1/namespaces/default/pods";

    private final HttpTestServer server = new HttpTestServer(Operations.DEFAULTS);

    @BeforeEach
    void makeAPodThatWaits() {
        server.post("/api/v1/namespaces/default/serviceaccounts", "{'metadata':{'name':'default'}}");
        assertThat(server.post(
                                PODS,
                                "{'metadata':{'name':'waits'},'spec':{'containers':[{'name':'main','image':'i'}]}}")
                        .statusCode())
                .isEqualTo(201);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void itHasSaidNothing() {
        HttpResponse<String> log = server.get(PODS + "/waits/log?follow=true");
        assertThat(log.statusCode()).isEqualTo(204);
        assertThat(log.body()).isEmpty();
        assertThat(log.headers().firstValue("Content-Length")).isEmpty();
    }

    @Test
    void theContainerMustBeOneOfItsOwnAllTheSame() {
        HttpResponse<String> log = server.get(PODS + "/waits/log?container=none");
        assertThat(log.statusCode()).isEqualTo(400);
        assertThat(log.body()).contains("container none is not valid for pod waits");
    }

    @Test
    void nothingCanBeRunInIt() {
        HttpResponse<String> exec = server.send("POST", PODS + "/waits/exec?command=date&stdout=true", "");
        assertThat(exec.statusCode()).isEqualTo(400);
        assertThat(exec.body()).contains("pod waits does not have a host assigned");
    }
}
