package io.k8j.server.install;

import io.k8j.server.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Finds the programs a node needs, and installs Debian's packages of those that are missing. */
public final class Packages {
    /**
     * A program and where it comes from.
     *
     * @param binary name of the program, or path ends such as {@code cni/bridge}
     * @param debian package that has it
     * @param purpose why a node needs it
     * @param required whether nothing works without it
     */
    public record Need(String binary, String debian, String purpose, boolean required) {}

    /** What a node with containers needs, in the order it is shown. */
    public static final List<Need> NODE = List.of(
            new Need("containerd", "containerd", "runs containers", true),
            new Need("runc", "runc", "runs containers", true),
            new Need("cni/bridge", "containernetworking-plugins", "gives Pods their network", true),
            new Need("nft", "nftables", "routes Services", true),
            new Need("iptables", "iptables", "maps host ports", false),
            new Need("conntrack", "conntrack", "forgets connections to removed endpoints", false),
            new Need("ip", "iproute2", "shows and removes network interfaces", true),
            new Need("mount", "mount", "mounts volumes", true),
            new Need("kubectl", "kubernetes-client", "talks to the cluster", false));

    private static final List<Path> CNI_DIRECTORIES = List.of(Path.of("/opt/cni/bin"), Path.of("/usr/lib/cni"));
    private static final long INSTALL_MINUTES = 10;

    private Packages() {}

    /** Those of the needs that this machine lacks. */
    public static List<Need> missing(List<Need> needs) {
        return needs.stream().filter(need -> find(need.binary()) == null).toList();
    }

    /** Path of a program; null if it is not there. */
    public static Path find(String binary) {
        if (binary.startsWith("cni/")) {
            return CNI_DIRECTORIES.stream()
                    .map(directory -> directory.resolve(binary.substring(4)))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElse(null);
        }
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin";
        return Stream.of(path.split(":"))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, binary))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    /**
     * Installs the packages of what is missing.
     *
     * @throws UserException if this is no Debian or Ubuntu, or apt-get fails
     */
    public static void install(List<Need> missing) throws IOException, InterruptedException {
        List<String> packages =
                missing.stream().map(Need::debian).distinct().sorted().toList();
        if (find("apt-get") == null) {
            throw new UserException("this machine lacks %s and has no apt-get: install them with your package manager"
                    .formatted(String.join(", ", packages)));
        }
        // The list of packages may be old or absent on a fresh machine; a first failure is answered by updating it.
        if (run(aptInstall(packages)) != 0
                && (run(List.of("apt-get", "update", "-qq")) != 0 || run(aptInstall(packages)) != 0)) {
            throw new UserException("apt-get could not install %s: run 'apt-get install %s' to see why"
                    .formatted(String.join(", ", packages), String.join(" ", packages)));
        }
    }

    private static List<String> aptInstall(List<String> packages) {
        List<String> command = new ArrayList<>(List.of("apt-get", "install", "-y", "-qq", "--no-install-recommends"));
        command.addAll(packages);
        return command;
    }

    private static int run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
        // Debian's packages start their service at once where there is a service manager; ours is started by us.
        builder.environment().put("RUNLEVEL", "1");
        Process process = builder.start();
        if (!process.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new UserException(
                    "'%s' did not end within %d minutes".formatted(String.join(" ", command), INSTALL_MINUTES));
        }
        return process.exitValue();
    }
}
