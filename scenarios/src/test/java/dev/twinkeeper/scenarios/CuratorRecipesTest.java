package dev.twinkeeper.scenarios;

import dev.twinkeeper.curator.recipes.CuratorRecipes;

class CuratorRecipesTest extends RecipeSuite {
    @Override
    protected Cast cast() {
        return Cast.ofRecipes(new CuratorRecipes());
    }
}
