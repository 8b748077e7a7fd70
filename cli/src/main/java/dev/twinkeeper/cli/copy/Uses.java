package dev.twinkeeper.cli.copy;

import java.util.Map;

/**
 * What a program does with what it has copied: the least that needs it to work. {@code servers} is the connect string, {@code
 * told} a {@code CompletableFuture<Object>}. The tests compile and run each of them.
 */
public final class Uses {
    private static final String PLACE =
            "Recipe.Place place = new Recipe.Place(servers, Duration.ofSeconds(6), \"/copied/NAME\");\n";

    private static final Map<String, String> USES = Map.of(
            "election",
            PLACE + """
            try (TYPE election = new TYPE(place, "anna", new Election.Listener() {
                public void elected(Election.Term term) { told.complete(term.leader()); }
                public void deposed(Election.Term term) {}
                public void failed(Recipe.Failure why) { told.completeExceptionally(why); }
            })) {
                election.enter();
                System.out.println(told.get(20, TimeUnit.SECONDS) + " leads");
            }
            """,
            "membership",
            PLACE + """
            try (TYPE membership = new TYPE(place, new Membership.Listener() {
                public void joined(Membership.Member member) { told.complete(member.name()); }
                public void changed(Membership.Member member) {}
                public void left(Membership.Member member) {}
                public void failed(Recipe.Failure why) { told.completeExceptionally(why); }
            })) {
                membership.join("anna", new byte[0], Duration.ofSeconds(20));
                System.out.println(told.get(20, TimeUnit.SECONDS) + " joined");
                membership.leave(Duration.ofSeconds(20));
            }
            """,
            "configuration",
            PLACE + """
            try (TYPE configuration = new TYPE(place, new Configuration.Listener() {
                public void changed(Configuration.Value value) {
                    value.bytes().filter(bytes -> bytes.length == 1).ifPresent(bytes -> told.complete(bytes[0]));
                }
                public void failed(Recipe.Failure why) { told.completeExceptionally(why); }
            })) {
                Duration patience = Duration.ofSeconds(20);
                configuration.set(configuration.read(patience), new byte[] {7}, patience).orElseThrow();
                System.out.println("told of " + told.get(20, TimeUnit.SECONDS));
            }
            """,
            "lock",
            PLACE + """
            try (TYPE lock = new TYPE(place)) {
                Lock.Hold hold = lock.acquire(Lock.Mode.EXCLUSIVE, Duration.ofSeconds(20)).orElseThrow();
                System.out.println("held: " + hold.isHeld() + ", token " + hold.token());
                hold.release();
            }
            """,
            "barrier",
            PLACE + """
            try (TYPE barrier = new TYPE(place, "anna", 1)) {
                System.out.println("all in: " + barrier.enter(Duration.ofSeconds(20)));
                System.out.println("all out: " + barrier.leave(Duration.ofSeconds(20)));
            }
            """,
            "queue",
            PLACE + """
            try (TYPE queue = new TYPE(place, 10)) {
                queue.put(new byte[] {7}, Duration.ofSeconds(20));
                queue.consume(item -> told.complete(item.data()[0]));
                System.out.println("got " + told.get(20, TimeUnit.SECONDS));
            }
            """,
            "master",
            """
            Settings settings = Settings.connect(servers + "/copied/NAME");
            try (Master master = new TYPE().master(new MasterId("m1"), settings, event -> {
                if (event instanceof Event.Elected elected) { told.complete(elected.epoch()); }
            })) {
                System.out.println("reigns in epoch " + told.get(20, TimeUnit.SECONDS));
            }
            """,
            "worker",
            """
            Settings settings = Settings.connect(servers + "/copied/NAME");
            TaskHandler handler = task -> task.command();
            try (Worker worker = new TYPE().worker(new WorkerId("w1"), settings, handler, event -> {})) {
                worker.registered().toCompletableFuture().get(20, TimeUnit.SECONDS);
                System.out.println("registered; a task's result is its command");
            }
            """,
            "client",
            """
            Settings settings = Settings.connect(servers + "/copied/NAME");
            try (Client client = new TYPE().client(settings, event -> {})) {
                TaskId task = client.submit(Payload.of("hello")).toCompletableFuture().get(20, TimeUnit.SECONDS);
                System.out.println("submitted " + task);
            }
            """);

    private Uses() {}

    /** The statements, in lines. */
    public static String of(Catalogue.Item item) {
        return USES.get(item.kind()).replace("TYPE", item.type()).replace("NAME", item.side() + "-" + item.type());
    }

    /** What they import. */
    public static String imports(Catalogue.Item item, String packageName) {
        boolean role = Catalogue.ROLES.contains(item.kind());
        return "import "
                + item.qualified().replaceFirst(java.util.regex.Pattern.quote(ProjectSources.ROOT), packageName)
                + ";\nimport " + packageName + (role ? ".contract.*" : ".recipes.*")
                + ";\nimport java.time.Duration;\nimport java.util.concurrent.*;\n";
    }
}
