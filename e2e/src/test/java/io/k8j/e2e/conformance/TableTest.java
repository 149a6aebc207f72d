package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Rows and columns instead of objects. */
class TableTest extends ConformanceCase {
    @Test
    @Conformance("api-machinery/TableTransformation/1")
    void aBackendWithoutTablesSaysSo() {
        Answer answer = api.post(
                "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                """
                apiVersion: authorization.k8s.io/v1
                kind: SelfSubjectAccessReview
                spec: {resourceAttributes: {verb: get, resource: pods, namespace: default}}
                """,
                "Accept",
                "application/json;as=Table;v=v1;g=meta.k8s.io");
        assertThat(answer.code()).as(answer.text()).isEqualTo(406);
    }
}
