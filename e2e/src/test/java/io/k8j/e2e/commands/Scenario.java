package io.k8j.e2e.commands;

import java.util.List;

/** Commands that follow each other in a namespace and a directory of their own. */
record Scenario(String topic, String title, List<Step> steps) {
    @Override
    public String toString() {
        return topic + ": " + title;
    }
}
