package dev.twinkeeper.scenarios;

import dev.twinkeeper.raw.recipes.RawRecipes;

class RawRecipesTest extends RecipeSuite {
    @Override
    protected Implementations implementations() {
        return Implementations.ofRecipes(new RawRecipes());
    }
}
