package io.k8j.controllers.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JobGroupNamesTest {
    @Test
    void namesAreUpstreams() {
        String workload = JobGroupNames.workload("j", "faf80f6f-1d7a-4caa-8805-132ce3368e2e");
        assertThat(workload).isEqualTo("j-bbf94f75");
        assertThat(JobGroupNames.group(workload, "j-pgt-0")).isEqualTo("j-bbf94f75-j-pgt-0-5d985c5d6d");
    }

    @Test
    void longNamesAreCutSoThatBothPartsKeepTheirShare() {
        String hundred = "a".repeat(100);
        String many = "b".repeat(250);
        assertThat(JobGroupNames.workload(many, "u")).hasSize(253).startsWith("bbb");
        assertThat(JobGroupNames.group(hundred, many)).hasSize(253).startsWith(hundred + "-b");
        assertThat(JobGroupNames.group(many, hundred)).hasSize(253).contains("-" + hundred + "-");
        assertThat(JobGroupNames.group(many, many)).hasSize(253);
    }
}
