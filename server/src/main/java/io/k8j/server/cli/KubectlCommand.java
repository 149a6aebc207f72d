package io.k8j.server.cli;

import io.k8j.server.UserException;
import io.k8j.server.install.Packages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code k8j kubectl …}: the kubectl on PATH, talking to this cluster. */
@Command(name = "kubectl", description = "Run kubectl against this cluster; all arguments are kubectl's own.")
final class KubectlCommand implements Callable<Integer> {
    @Mixin
    private ClusterOptions cluster;

    @Parameters(arity = "0..*", paramLabel = "ARGUMENTS")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path kubectl = Packages.find("kubectl");
        if (kubectl == null) {
            throw new UserException("there is no kubectl on PATH: install one, any version from 1.27 on fits");
        }
        List<String> command = new ArrayList<>(List.of(kubectl.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put("KUBECONFIG", cluster.kubeconfig().toString());
        return builder.start().waitFor();
    }
}
